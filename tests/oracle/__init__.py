"""An independent fp64 account of what Decant computes, for tests only.

Nothing here imports Decant or shares code with it: numpy and scipy alone.
"""
