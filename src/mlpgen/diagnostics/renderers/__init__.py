"""Render diagnostics as text, JSON, GitHub annotations, or SARIF."""

from mlpgen.diagnostics.renderers.excerpts import WIDEST
from mlpgen.diagnostics.renderers.explained_lines import fixable, text
from mlpgen.diagnostics.renderers.json_rows import json
from mlpgen.diagnostics.renderers.sarif_log import sarif
from mlpgen.diagnostics.renderers.workflow_commands import annotation, github

__all__ = ["WIDEST", "annotation", "fixable", "github", "json", "sarif", "text"]
