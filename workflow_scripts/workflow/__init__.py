"""What all stages share: atomic outputs, provenance, config, media access, ledger."""
