# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# A Debian with nothing in it, in a folder: for the tools that try things there. Needs root.

die() {
    echo "${0##*/}: $*" >&2
    exit 1
}

# A mount and process namespace of our own: whatever happens, mounts and processes end with us.
own_namespace() {
    [[ ${1-} != inside ]] || return 0
    ((EUID == 0)) || die "needs root (debootstrap, chroot)"
    exec unshare --mount --pid --fork --kill-child --mount-proc "$0" inside
}

# The host's variables that say how packages are fetched, for in_chroot.
mapfile -t settings < <(env | grep -iE '^(npm_config_|node_extra_ca|ssl_cert|git_ssl|https?_proxy=|no_proxy=)')

# make_chroot ROOT: debootstrap's smallest bookworm, with the host's way to the outside: where apt and npm get
# packages, and whom they trust.
make_chroot() {
    local root=$1 mirror path setting
    rm -rf "$root"
    mkdir -p "$root"
    # shellcheck disable=SC2016 # the $( ) is apt's
    mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Codename: bookworm' 'Created-By: Packages' | head -n 1)
    echo "${0##*/}: debootstrap bookworm"
    debootstrap --variant=minbase bookworm "$root" ${mirror:+"$mirror"} >"$root.log" 2>&1 ||
        die "debootstrap failed: $(tail -n 5 "$root.log")"
    for path in /etc/apt/sources.list /etc/apt/sources.list.d /etc/apt/apt.conf.d /etc/apt/keyrings \
        /etc/npmrc ~/.npmrc /etc/ssl/certs /usr/local/share/ca-certificates /usr/share/ca-certificates \
        /etc/resolv.conf /etc/hosts; do
        [[ -e $path ]] || continue
        mkdir -p "$root$(dirname "$path")"
        cp -rLT "$path" "$root$path" 2>/dev/null || true
    done
    for setting in "${settings[@]}"; do
        path=${setting#*=}
        [[ $path == /* && -f $path && ! -e $root$path ]] || continue
        install -D "$path" "$root$path"
    done
    printf 'APT::Install-Recommends "false";\n' >"$root/etc/apt/apt.conf.d/zz-fresh"
}

mount_chroot() {
    mount -t proc proc "$1/proc"
    mkdir -p "$1/dev/pts"
    mount -t devpts -o newinstance,ptmxmode=0666 devpts "$1/dev/pts"
    ln -sf pts/ptmx "$1/dev/ptmx"
}

remove_chroot() {
    umount "$1/dev/pts" "$1/proc" 2>/dev/null || true
    rm -rf "$1"
}

# in_chroot ROOT COMMAND...: with an environment as a new system has it.
in_chroot() {
    local root=$1
    shift
    env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 \
        "${settings[@]}" chroot "$root" "$@"
}
