"""Messages from phones: kept once each, told to who listens, and STOP heeded."""
