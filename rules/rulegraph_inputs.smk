# The rules that a file comes from, for the page that shows them.
from workflow_scripts.report.rulegraph import planned_rules


def rulegraph(wildcards, input, output):
    """The graph of all rules behind the output, as text.

    Snakemake takes a parameter that asks for `input` for derived: it is worked out anew before the job runs, when the
    plan is complete, and a plan that changed is no reason to run again. The rule has to be a `localrule`: a job that is
    sent away sees itself alone.
    """
    return planned_rules(workflow.dag, output)
