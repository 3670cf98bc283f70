"""Factor sheets filled by simulated pens, scanned and photographed by simulated machines.

No real paper is in it: what it shows is that the reader doesn't guess, not how people write.
"""
