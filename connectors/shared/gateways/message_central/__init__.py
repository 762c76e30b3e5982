"""Message Central behind the seam: its client's outcomes in our words, its tokens, its receipts."""
