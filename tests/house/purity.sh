#!/usr/bin/env bash
# Purity: the libraries of protocol/ ask nothing of the machine. Reads their undefined symbols with nm, because
# a clock or a file reached through three inline functions shows there and in no #include line.
#
#   purity.sh PLANTED.a LIBRARY.a…     PLANTED.a holds one of each sin; all must be found, or the gate is blind
#
# Only base/assert.cc may write, and only to standard error before it aborts. Formatting into memory is no sin.
set -euo pipefail

clock='std::chrono::.*::now\(|(clock_(gettime|getres|nanosleep)|gettimeofday|timespec_get|time|clock|times|localtime(_r)?|gmtime(_r)?|mktime|tzset|nanosleep|usleep|sleep|alarm|setitimer|timer(fd)?_.*)$'
socket='(socket|socketpair|connect|bind|listen|accept4?|send|sendto|sendmsg|recv|recvfrom|recvmsg|poll|ppoll|select|epoll_.*|getaddrinfo|gethostby.*|inet_.*)$'
file='std::(filesystem::|(__cxx11::)?basic_(i|o)?fstream|(__cxx11::)?basic_filebuf|cout|cerr|clog|cin|wcout|wcerr)|(open(at)?|creat|read|pread|write|pwrite|readv|writev|close|mmap|fsync|fdatasync|unlink(at)?|rename(at)?|mkdir(at)?|rmdir|opendir|readdir|f?l?stat|statx|fopen|freopen|fdopen|fclose|fread|fgets|fgetc|getc|getline|fseek|remove|tmpfile|mkstemp)(64)?$'
thread='pthread_.*|sem_.*|std::(thread::|jthread::|condition_variable|mutex::|__once_|future|async|this_thread::)|(thrd|mtx|cnd)_.*|syscall$|fork$|v?fork$|exec[lv].*$|posix_spawn.*$|popen$|system$|kill$|signal$|sigaction$'
random='std::random_device|(s?rand(om)?(_r)?|[djlmnes]rand48|getrandom|getentropy|arc4random.*)$'
process='(secure_)?getenv$|(set|put|unset)env$|setlocale$|std::locale::(global|locale\(char)|getpid$|getcwd$|isatty$|ioctl$|dlopen$'
libraries='(EVP|SSL|RAND|BIO|ERR|PKCS|X509|PEM|HMAC|SHA[0-9]*|AES|CRYPTO|OPENSSL|OSSL)_.*|mdb_.*|zmq_.*|spdlog::|fmt::|ev(ent|http|buffer|connlistener|util)?_.*|bufferevent_.*|ZSTD_.*|prometheus::|httplib::|toml::'
output='(__)?(v?f?printf|vsprintf|sprintf|fputs|fputc|fwrite|puts|putchar|putc|perror|abort)(_chk)?$|stderr$|stdout$|stdin$'

# One line "library:member: symbol" for each sin of the libraries given.
sins() {
  local library
  for library in "$@"; do
    nm --print-file-name --demangle --undefined-only -- "$library"
  done | sed -E 's/^([^ ]*): +[UwvV] /\1 /; s/@.*$//' |
    grep -E "^[^ ]+ (_*)($clock|$socket|$file|$thread|$random|$process|$libraries|$output)" |
    grep -vE "assert\.cc\.o:? (_*)($output)" || true
}

planted=$1
shift
[[ $# -gt 0 ]] || { echo "purity: no library to look at" >&2; exit 1; }

found=$(sins "$planted")
for sin in steady_clock system_clock random_device getenv fopen basic_ifstream pthread_ socket EVP_ mdb_ zmq_ printf; do
  grep -q "$sin" <<<"$found" || { echo "purity: blind: planted $sin was not found in $planted" >&2; exit 1; }
done

found=$(sins "$@")
if [[ -n $found ]]; then
  printf 'purity: protocol/ asks the machine for:\n%s\n' "$found" >&2
  echo "Take it as a parameter instead: now, Random, bytes (protocol/README.md)." >&2
  exit 1
fi
echo "purity: $# libraries ask nothing of the machine"
