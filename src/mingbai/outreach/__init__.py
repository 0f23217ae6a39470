"""What the public was told and what it answered: information pieces and their adoption,
publicity, surveys.
"""
