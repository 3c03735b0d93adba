"""Writes about evidence: sending reports, linking them to claims, taking in other formats."""

from shortscience.evidence.actions.importing import import_evidence
from shortscience.evidence.actions.knowing import register_code
from shortscience.evidence.actions.linking import link_claim, unlink_claim
from shortscience.evidence.actions.uploading import upload_report

__all__ = ["import_evidence", "link_claim", "register_code", "unlink_claim", "upload_report"]
