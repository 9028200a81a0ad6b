"""Which mounts are the host's own: no interfaces of the kernel, nothing that containers, sessions, services bring."""

from rongdun_agent.mount_tables.live import LiveMount

_KERNEL_TYPES = frozenset(
    {
        "proc",
        "sysfs",
        "cgroup",
        "cgroup2",
        "devpts",
        "devtmpfs",
        "mqueue",
        "hugetlbfs",
        "debugfs",
        "tracefs",
        "configfs",
    }
    | {"securityfs", "selinuxfs", "smackfs", "pstore", "bpf", "efivarfs", "autofs", "binfmt_misc", "rpc_pipefs", "nsfs"}
    | {"fusectl", "nfsd", "fuse.lxcfs", "fuse.gvfsd-fuse", "fuse.portal"}
)
_NETWORK_TYPES = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "ceph", "glusterfs", "lustre", "afs", "ocfs2", "gfs2", "9p", "beegfs"}
    | {
        "fuse.glusterfs",
        "fuse.sshfs",
        "fuse.ceph",
        "fuse.s3fs",
        "fuse.ossfs",
        "fuse.cosfs",
        "fuse.obsfs",
        "fuse.rclone",
    }
    | {"davfs", "fuse.davfs2", "fuse.curlftpfs", "fuse.juicefs", "fuse.cephfs"}
)
_PASSING = (
    "/proc",
    "/sys",
    "/snap",
    "/run/user",
    "/run/netns",
    "/run/credentials",
    "/run/systemd",
    "/run/docker",
    "/run/containerd",
    "/run/containers",
    "/run/snapd",
    "/run/k3s",
    "/var/lib/docker",
    "/var/lib/containerd",
    "/var/lib/containers",
    "/var/lib/kubelet",
    "/var/lib/lxc",
    "/var/lib/lxd",
    "/var/lib/snapd",
    "/var/lib/rancher",
)
"""What is mounted below these comes and goes; a volume mounted on the directory itself is the host's."""


def of_the_host(mount: LiveMount) -> bool:
    """Whether the mount is a file system of the host that stays while nobody changes its configuration."""
    return mount.type not in _KERNEL_TYPES and not mount.target.startswith(tuple(f"{top}/" for top in _PASSING))


def is_network(kind: str) -> bool:
    """Whether a file system of this type lives on another machine."""
    return kind in _NETWORK_TYPES
