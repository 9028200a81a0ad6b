#!/bin/bash
# Builds a relocatable CPython that asks for no glibc symbol above 2.17: all standard extension modules in one executable,
# the libraries that they need static inside it.
# usage: interpreter.sh ARCH SOURCES ZIG WORK [BUILD_PYTHON]
#   ARCH x86_64 or aarch64; SOURCES the folder of pinned tarballs; ZIG the compiler; WORK a folder of its own, whose
#   install/opt/rongdun/python is the result; BUILD_PYTHON runs here and is of the same version (for a cross build).
set -euo pipefail
arch=$1 sources=$2 zig=$3 work=$4 build_python=${5:-}
glibc=2.17 prefix=/opt/rongdun/python triple=$arch-linux-gnu jobs=${JOBS:-$(nproc)}
libraries=$work/libraries tools=$work/tools logs=$work/logs
mkdir -p "$libraries"/{lib,include} "$tools" "$logs"

# zig's clang links against the symbols of the glibc that is named. It needs an -O, or it adds sanitizers.
# Found by PATH, and with WORK called /build, so that what is built does not tell where.
printf '#!/bin/sh\nexec "%s" cc -target %s -ffile-prefix-map=%s=/build "$@"\n' "$zig" "$triple.$glibc" "$work" >"$tools/floor-cc"
for name in ar ranlib; do
    printf '#!/bin/sh\nexec "%s" %s "$@"\n' "$zig" $name >"$tools/floor-$name"
done
chmod +x "$tools"/*
export PATH=$tools:$PATH CC=floor-cc AR=floor-ar RANLIB=floor-ranlib
export CXX=false # with a real one, configure compiles all of libc++

unpack() { # NAME PATTERN: afresh into WORK/NAME, and go there
    rm -rf "${work:?}/$1"
    mkdir "$work/$1"
    tar -C "$work/$1" --strip-components 1 -xf "$sources"/$2
    cd "$work/$1"
}

zlib() {
    CHOST=$triple ./configure --static --prefix="$libraries"
    make -s libz.a
    make -s install
}

bzip2() {
    make -s libbz2.a CC="$CC" AR="$AR" RANLIB="$RANLIB" CFLAGS="$CFLAGS -D_FILE_OFFSET_BITS=64"
    cp bzlib.h "$libraries/include"
    cp libbz2.a "$libraries/lib"
}

libffi() {
    [ -x configure ] || autoreconf -fi # Debian's tarball carries none
    ./configure -q --host="$triple" --prefix="$libraries" --disable-shared --disable-docs --disable-multi-os-directory
    make -s
    make -s install
}

xz() {
    ./configure -q --host="$triple" --prefix="$libraries" --disable-shared --disable-xz --disable-xzdec --disable-lzmadec \
        --disable-lzmainfo --disable-scripts --disable-doc --disable-nls gl_cv_cc_visibility=no
    make -s -C src/liblzma
    make -s -C src/liblzma install
}

sqlite() { # its own build makes one C file of all, with tools that run here
    CC=gcc CC_FOR_BUILD=gcc AR=ar CFLAGS='' ./configure --disable-tcl
    make -s sqlite3.c sqlite3.h
    # shellcheck disable=SC2086 # several words are meant
    "$CC" $CFLAGS -DSQLITE_OMIT_LOAD_EXTENSION -DSQLITE_DQS=0 -c sqlite3.c
    "$AR" rcs libsqlite3.a sqlite3.o
    cp sqlite3.h "$libraries/include"
    cp libsqlite3.a "$libraries/lib"
}

openssl() {
    ./Configure "linux-$arch" --prefix=/opt/rongdun/openssl --libdir=lib --openssldir=/etc/ssl no-shared no-tests no-apps no-docs \
        no-engine no-module no-dso no-legacy no-comp no-quic no-afalgeng no-srp
    make -s -j"$jobs" build_sw
    make -s install_dev DESTDIR="$work/openssl.installed"
    cp -a "$work/openssl.installed/opt/rongdun/openssl"/{include,lib} "$libraries"
}

step() { # NAME PATTERN FUNCTION: what it says goes to a log; that it failed, and how, to the terminal
    now=$1
    (
        unpack "$1" "$2"
        "$3"
    ) >"$logs/$1" 2>&1
    now=''
}
now=''
failed() {
    [ -n "$now" ] || return 0
    tail -n 20 "$logs/$now" >&2
    echo "interpreter.sh: $now for $arch was not built: the last lines of $logs/$now are above" >&2
}
trap failed EXIT

library() { # NAME PATTERN: hidden symbols, so that none of ours can meet another copy inside a wheel
    if [ -e "$work/$1.done" ]; then return; fi
    export CFLAGS="-O2 -fPIC -fvisibility=hidden -g0"
    step "$1" "$2" "$1"
    touch "$work/$1.done"
}

python() {
    local cross=() off=() module
    export READELF=readelf PKG_CONFIG=/bin/false CPPFLAGS="-I$libraries/include" LDFLAGS="-L$libraries/lib -pie -Wl,-z,relro,-z,now -s"
    export CFLAGS="-g0 -fPIC -Wno-date-time" # zig turns __DATE__ into an error
    export ZLIB_CFLAGS=" " ZLIB_LIBS="$libraries/lib/libz.a" BZIP2_CFLAGS=" " BZIP2_LIBS="$libraries/lib/libbz2.a"
    export LIBLZMA_CFLAGS=" " LIBLZMA_LIBS="$libraries/lib/liblzma.a -lpthread" LIBFFI_CFLAGS=" " LIBFFI_LIBS="$libraries/lib/libffi.a"
    export LIBSQLITE3_CFLAGS=" " LIBSQLITE3_LIBS="$libraries/lib/libsqlite3.a -lm -lpthread"
    if [ "$arch" != x86_64 ]; then
        cross=(--build=x86_64-linux-gnu --host="$triple" "--with-build-python=$build_python"
            ac_cv_file__dev_ptmx=yes ac_cv_file__dev_ptc=no ac_cv_buggy_getaddrinfo=no)
    fi
    for module in _tkinter _curses _curses_panel readline _dbm _gdbm _uuid; do off+=("py_cv_module_$module=n/a"); done
    ./configure -q --prefix="$prefix" --disable-shared --without-static-libpython --with-openssl="$libraries" --with-openssl-rpath=no \
        --with-ensurepip=no --disable-test-modules MODULE_BUILDTYPE=static "${cross[@]}" "${off[@]}"
    make -j"$jobs" LINKFORSHARED=-rdynamic # wheels load into the executable: it exports the C API
    make install DESTDIR="$work/install" LINKFORSHARED=-rdynamic
}

library zlib 'zlib_*.orig.tar.*'
library bzip2 'bzip2_*.orig.tar.*'
library libffi 'libffi_*.orig.tar.*'
library xz 'xz-utils_*.orig.tar.*'
library sqlite 'sqlite3_*.orig.tar.*'
library openssl 'openssl_*.orig.tar.*'
rm -rf "$work/install"
step python 'python3*_*.orig.tar.*' python
