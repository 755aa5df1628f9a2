# The rules that a file comes from, for the page that shows them.
from workflow_scripts.report.rulegraph import planned_rules


def rulegraph(wildcards, input, output):
    """The graph of all rules behind the output, as text; for jobs that run here (`localrule`).

    Snakemake takes a parameter that asks for `input` for derived. So it is worked out anew just before the job runs,
    when the plan is complete, and a plan that changed is no reason to run again. A job that is sent to a cluster would
    see no plan but its own.
    """
    return planned_rules(workflow.dag, output)
