"""Custom actions: one module for each stage of the conversation, each thin over assessment, catalogue and referrals."""
