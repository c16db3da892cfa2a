#!/usr/bin/env bash
# Stand-ins for the two images that docker/Dockerfile starts from, made of Debian's packages, because a registry may be out of
# reach: `stand_ins.sh RUST DISTROLESS` leaves both under these names in the storage that $BUILDAH_STORAGE names. What is there
# already is kept, as long as this file and what it asks for are the same.
set -euo pipefail

rust=$1
distroless=$2
suite=bookworm
# The official image has these, and dependencies of them: https://github.com/rust-lang/docker-rust
rust_packages=ca-certificates,gcc,libc6-dev
# Of the packages of the distroless image: neither tzdata nor ca-certificates, since the binary carries its own.
distroless_packages=(base-files netbase libc6 libgcc-s1 libgomp1 libstdc++6)

# The mirror that apt is set up with, or the public one on a machine with another release.
mirror=$(apt-get indextargets --format '$(SITE) $(CODENAME)' 2>/dev/null | awk -v suite=$suite '$2 == suite { print $1; exit }')
mirror=${mirror:-http://deb.debian.org/debian}

key=$(cat "$0" <(echo "$mirror" "$(dpkg --print-architecture)") | sha256sum | cut -c1-16)

known() {
  buildah inspect --type image --format '{{index .OCIv1.Config.Labels "stand-in"}}' "$1" 2>/dev/null | grep -qx "$key"
}
if known "$rust" && known "$distroless"; then
  echo "the stand-ins are there already"
  exit 0
fi

work=$(mktemp -d "${TMPDIR:-/tmp}/stand-ins.XXXXXX")
trap 'rm -rf --one-file-system "$work"' EXIT

debootstrap --variant=minbase --include="$rust_packages,netbase" "$suite" "$work/root" "$mirror" >"$work/log" 2>&1 \
  || { tail -20 "$work/log" >&2; exit 1; }

mkdir "$work/distroless"
for package in "${distroless_packages[@]}"; do
  dpkg-deb -x "$work/root/var/cache/apt/archives/${package}"_*.deb "$work/distroless"
done
rm -rf "$work"/distroless/usr/share/{doc,man,locale,lintian} "$work/distroless/root"
mkdir -p "$work"/distroless/{proc,sys,dev} "$work/distroless/root" "$work/distroless/home/nonroot"
chown 65532:65532 "$work/distroless/home/nonroot"
printf '%s\n' root:x:0:0:root:/root:/sbin/nologin nobody:x:65534:65534:nobody:/nonexistent:/sbin/nologin \
  nonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin >"$work/distroless/etc/passwd"
printf '%s\n' root:x:0: nobody:x:65534: nonroot:x:65532: >"$work/distroless/etc/group"

# A certificate authority that this machine trusts may stand between the build and the registry of crates.
rm -f "$work"/root/var/cache/apt/archives/*.deb
cp --remove-destination -L "${SSL_CERT_FILE:-/etc/ssl/certs/ca-certificates.crt}" "$work/root/etc/ssl/certs/ca-certificates.crt"

# commit NAME ROOT [OPTION OF buildah config]...
commit() {
  local name=$1 root=$2 container
  shift 2
  container=$(buildah from scratch)
  buildah add -q "$container" "$root" / >/dev/null
  buildah config --label "stand-in=$key" "$@" "$container"
  buildah commit -q --rm "$container" "$name" >/dev/null
}

# The toolchain itself is mounted when the Dockerfile is built.
path=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
commit "$rust" "$work/root" --cmd bash --env CARGO_HOME=/usr/local/cargo \
  --env "PATH=/usr/local/cargo/bin:/usr/local/toolchain/bin:$path"
commit "$distroless" "$work/distroless" --user 65532 --workingdir /home/nonroot --env "PATH=$path"
