"""A real Ray cluster on this machine: a head node, and nodes that a test may take away."""

import os
from contextlib import contextmanager

# Ray tells nobody what it is used for, and starts no processes ahead of need: many nodes share these processors.
RAY = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_enable_worker_prestart": "false",
    "RAY_prestart_worker_first_driver": "false",
}
OBJECTS = 100 * 2**20  # bytes of shared memory a node has for data sets


class Nodes:
    """The nodes of a cluster; ``address`` is that of the head."""

    def __init__(self, cluster):
        self._cluster = cluster
        self.address = cluster.address

    def add_node(self, cpus=1):
        """Returns the new node, once it is there."""
        return self._cluster.add_node(num_cpus=cpus, object_store_memory=OBJECTS)

    def lose(self, node):
        """Kill all processes of this node, as a power cut would."""
        self._cluster.remove_node(node, allow_graceful=False)

    def lose_head(self):
        """Kill the head node, and with it the whole cluster."""
        self._cluster.remove_node(self._cluster.head_node, allow_graceful=False)


@contextmanager
def cluster(head_cpus=1):
    """Yields a cluster of one node, the head; all its processes end with it."""
    os.environ |= RAY
    from ray.cluster_utils import Cluster

    there = Cluster(
        initialize_head=True,
        head_node_args={"num_cpus": head_cpus, "object_store_memory": OBJECTS, "include_dashboard": False},
    )
    try:
        yield Nodes(there)
    finally:
        there.shutdown()
