"""What money was voted, arrived, was released and spent, by sub-item and tier, exact to the 分."""
