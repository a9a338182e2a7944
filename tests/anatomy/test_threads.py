"""The limit on threads is lifted when the last block ends, in whatever order they do."""

from threading import Thread

from threadpoolctl import threadpool_info

from mien.anatomy.threads import one_thread


def widest() -> int:
    return max(lib["num_threads"] for lib in threadpool_info() if lib["user_api"] == "blas")


def test_overlapping_blocks() -> None:
    before = widest()
    first, second = one_thread(), one_thread()
    first.__enter__()
    inner = Thread(target=second.__enter__)
    inner.start()
    inner.join()
    assert widest() == 1
    first.__exit__(None, None, None)
    assert widest() == 1
    second.__exit__(None, None, None)
    assert widest() == before
