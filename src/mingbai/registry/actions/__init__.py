"""What registry does: compare, enrol, end, settle, reveal."""

from __future__ import annotations

from mingbai.registry.actions.apply import (
    Asked,
    CannotAddPaper,
    CannotApply,
    add_paper,
    receive_application,
    resubmit_application,
)
from mingbai.registry.actions.begin import begin_enrolments
from mingbai.registry.actions.change import (
    CHANGE_REASONS,
    CannotChangeEnrolment,
    CannotDecideChange,
    RowsReport,
    Wanted,
    decide_changes,
    propose_changes,
)
from mingbai.registry.actions.closing import follow_findings
from mingbai.registry.actions.compare import ComparisonReport, compare_sheets
from mingbai.registry.actions.correct import (
    Answer,
    CannotCorrect,
    IssueReport,
    accept_item,
    answer_item,
    issue_slips,
    return_item,
)
from mingbai.registry.actions.coverage import CannotCountCoverage, can_count, count_coverage
from mingbai.registry.actions.die import (
    CannotRecordDeath,
    CannotWithdrawDeath,
    DeathReport,
    record_death,
    record_listed_deaths,
    withdraw_death,
)
from mingbai.registry.actions.document import (
    CannotRegisterDocument,
    CannotRevokeDocument,
    register_document,
    revoke_document,
)
from mingbai.registry.actions.end import CannotEndEnrolments, end_enrolments
from mingbai.registry.actions.enrol import CannotEnrolSheets, EnrolmentReport, enrol_sheets
from mingbai.registry.actions.form import (
    FormingReport,
    form_households,
)
from mingbai.registry.actions.household import (
    CannotChangeHousehold,
    add_member,
    change_head,
    end_membership,
    found_household,
    set_guardian,
)
from mingbai.registry.actions.insure import CannotEnrolInsured, enrol_insured, has_rolls
from mingbai.registry.actions.merge import (
    CannotMergePeople,
    CannotUndoMerge,
    keep_apart,
    merge_people,
    propose_merge,
    refuse_merge,
    undo_merge,
)
from mingbai.registry.actions.move import (
    CannotMovePeople,
    move_people,
)
from mingbai.registry.actions.object import (
    CannotAnswerObjection,
    CannotDecideObjection,
    CannotRecordObjection,
    answer_objection,
    decide_objection,
    record_objection,
    withdraw_objection,
)
from mingbai.registry.actions.post import (
    CannotDraftPosting,
    draft_posting,
)
from mingbai.registry.actions.put_up import (
    CannotApprovePosting,
    CannotDropPosting,
    CannotKeepPhoto,
    CannotPutUpPosting,
    CannotTakeDownPosting,
    approve_posting,
    drop_posting,
    keep_board_photo,
    put_up_posting,
    take_down_posting,
)
from mingbai.registry.actions.recheck import review_enrolments
from mingbai.registry.actions.record import (
    CannotDecideRecords,
    accept_records,
    refuse_records,
)
from mingbai.registry.actions.reveal import FIELDS, CannotRevealPerson, reveal_person
from mingbai.registry.actions.review import (
    CannotReview,
    Opinion,
    review_applications,
    withdraw_application,
)
from mingbai.registry.actions.roster import receive_applications
from mingbai.registry.actions.same import (
    find_same_people,
)
from mingbai.registry.actions.settle import (
    REASONS,
    CannotSettleFinding,
    SettlingReport,
    decision_of,
    reasons_for,
    reasons_of,
    settle_finding,
    settle_findings,
)
from mingbai.registry.actions.survey import CannotSurvey, Surveyed, enter_survey
from mingbai.registry.actions.survey_rolls import (
    SurveyReport,
    explain_surveys,
    receive_surveys,
    take_over_left_out,
)
from mingbai.registry.actions.visit import CannotRecordVisit, record_visit

__all__ = [
    "CHANGE_REASONS",
    "FIELDS",
    "REASONS",
    "Answer",
    "Asked",
    "CannotAddPaper",
    "CannotAnswerObjection",
    "CannotApply",
    "CannotApprovePosting",
    "CannotChangeEnrolment",
    "CannotChangeHousehold",
    "CannotCorrect",
    "CannotCountCoverage",
    "CannotDecideChange",
    "CannotDecideObjection",
    "CannotDecideRecords",
    "CannotDraftPosting",
    "CannotDropPosting",
    "CannotEndEnrolments",
    "CannotEnrolInsured",
    "CannotEnrolSheets",
    "CannotKeepPhoto",
    "CannotMergePeople",
    "CannotMovePeople",
    "CannotPutUpPosting",
    "CannotRecordDeath",
    "CannotRecordObjection",
    "CannotRecordVisit",
    "CannotRegisterDocument",
    "CannotRevealPerson",
    "CannotReview",
    "CannotRevokeDocument",
    "CannotSettleFinding",
    "CannotSurvey",
    "CannotTakeDownPosting",
    "CannotUndoMerge",
    "CannotWithdrawDeath",
    "ComparisonReport",
    "DeathReport",
    "EnrolmentReport",
    "FormingReport",
    "IssueReport",
    "Opinion",
    "RowsReport",
    "SettlingReport",
    "SurveyReport",
    "Surveyed",
    "Wanted",
    "accept_item",
    "accept_records",
    "add_member",
    "add_paper",
    "answer_item",
    "answer_objection",
    "approve_posting",
    "begin_enrolments",
    "can_count",
    "change_head",
    "compare_sheets",
    "count_coverage",
    "decide_changes",
    "decide_objection",
    "decision_of",
    "draft_posting",
    "drop_posting",
    "end_enrolments",
    "end_membership",
    "enrol_insured",
    "enrol_sheets",
    "enter_survey",
    "explain_surveys",
    "find_same_people",
    "follow_findings",
    "form_households",
    "found_household",
    "has_rolls",
    "issue_slips",
    "keep_apart",
    "keep_board_photo",
    "merge_people",
    "move_people",
    "propose_changes",
    "propose_merge",
    "put_up_posting",
    "reasons_for",
    "reasons_of",
    "receive_application",
    "receive_applications",
    "receive_surveys",
    "record_death",
    "record_listed_deaths",
    "record_objection",
    "record_visit",
    "refuse_merge",
    "refuse_records",
    "register_document",
    "resubmit_application",
    "return_item",
    "reveal_person",
    "review_applications",
    "review_enrolments",
    "revoke_document",
    "set_guardian",
    "settle_finding",
    "settle_findings",
    "take_down_posting",
    "take_over_left_out",
    "undo_merge",
    "withdraw_application",
    "withdraw_death",
    "withdraw_objection",
]
