/* Faults below Python: makes one call of libc on a file below a folder fail, stop halfway, or kill
 * its process. Preloaded (LD_PRELOAD) and armed by `driver.py`, which says what is checked then.
 *
 * Calls are counted through all processes forked after `shim_arm`. The classes of calls, and what
 * can happen to them, are those of `driver.py`. */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum call { OPEN, READ, WRITE, SYNC, NAME, LIST, MAP, SIZE, STAT, LOCK, MODE, CALLS };
enum what { NOTHING, FAIL, FAIL_FROM_THEN_ON, KILL, KILL_AFTER, SHORT };

static struct shared {
  atomic_int armed, count, hit;
  int target, what, numbers[CALLS];
  char told[PATH_MAX + 32];
} *shared;

static char folder[PATH_MAX];
static __thread int inside; /* of a function here, whose own calls do not count */

#define REAL(function) ((__typeof__(&function))real(#function))

static void *real(const char *name) { return dlsym(RTLD_NEXT, name); }

__attribute__((constructor)) static void begin(void) {
  __typeof__(&mmap) map = REAL(mmap);
  shared = map(0, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
}

void shim_arm(const char *below, int target, int what, const int *numbers) {
  snprintf(folder, sizeof folder, "%s", below);
  memcpy(shared->numbers, numbers, sizeof shared->numbers);
  shared->target = target;
  shared->what = what;
  shared->count = shared->hit = 0;
  shared->told[0] = 0;
  shared->armed = 1;
}

void shim_disarm(void) { shared->armed = 0; }
int shim_count(void) { return shared->count; }
const char *shim_told(void) { return shared->told; }

/* The path of a descriptor, or of a name relative to one. */
static const char *path_of(int descriptor, const char *name, char *path) {
  char link[64];
  ssize_t size;
  if (name && name[0] == '/') return name;
  if (descriptor == AT_FDCWD) {
    if (!getcwd(path, PATH_MAX)) return "";
    size = strlen(path);
  } else {
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    size = readlink(link, path, PATH_MAX - 1);
    if (size < 0) return "";
    path[size] = 0;
  }
  if (name && name[0]) snprintf(path + size, PATH_MAX - size, "/%s", name);
  return path;
}

/* What happens to this call: NOTHING, or FAIL with errno set, KILL_AFTER or SHORT. */
static int fate(enum call call, const char *function, int descriptor, const char *name) {
  char buffer[PATH_MAX];
  int before = errno, fate = NOTHING;
  if (!shared || !shared->armed || inside) return NOTHING;
  inside = 1;
  const char *path = path_of(descriptor, name, buffer);
  if (strncmp(path, folder, strlen(folder)) == 0) {
    int number = ++shared->count;
    int due = shared->what == FAIL_FROM_THEN_ON ? number >= shared->target
                                                : number == shared->target;
    if (shared->what == FAIL_FROM_THEN_ON && (call == READ || call == STAT || call == LIST))
      due = 0; /* a full or failing disk can still be read */
    if (shared->what == SHORT && call != READ && call != WRITE) due = 0;
    if (due && shared->numbers[call]) {
      if (!shared->hit++) snprintf(shared->told, sizeof shared->told, "%s %s", function, path);
      fate = shared->what;
      if (fate == KILL) kill(getpid(), SIGKILL);
      if (fate == FAIL_FROM_THEN_ON) fate = FAIL;
      if (fate == FAIL) before = shared->numbers[call];
    }
  }
  inside = 0;
  errno = before;
  return fate;
}

#define CALL(kind, descriptor, name, function, failure, ...)                    \
  do {                                                                          \
    int fate_ = fate(kind, #function, descriptor, name);                        \
    if (fate_ == FAIL) return failure;                                          \
    __typeof__(REAL(function)(__VA_ARGS__)) result_ = REAL(function)(__VA_ARGS__); \
    if (fate_ == KILL_AFTER) kill(getpid(), SIGKILL);                           \
    return result_;                                                             \
  } while (0)

#define SHORTENED(kind, function, descriptor, size, ...)                        \
  do {                                                                          \
    int fate_ = fate(kind, #function, descriptor, "");                          \
    if (fate_ == FAIL) return -1;                                               \
    if ((fate_ == SHORT || fate_ == KILL_AFTER) && size > 1) size /= 2;         \
    ssize_t result_ = REAL(function)(__VA_ARGS__);                              \
    if (fate_ == KILL_AFTER) kill(getpid(), SIGKILL);                           \
    return result_;                                                             \
  } while (0)

#define OPENING(function, directory, PARAMETERS, ...)                           \
  int function PARAMETERS {                                                     \
    mode_t mode = 0;                                                            \
    if (flags & (O_CREAT | O_TMPFILE)) {                                        \
      va_list more;                                                             \
      va_start(more, flags);                                                    \
      mode = va_arg(more, mode_t);                                              \
      va_end(more);                                                             \
    }                                                                           \
    CALL(OPEN, directory, name, function, -1, __VA_ARGS__, flags, mode);        \
  }

OPENING(open, AT_FDCWD, (const char *name, int flags, ...), name)
OPENING(open64, AT_FDCWD, (const char *name, int flags, ...), name)
OPENING(openat, at, (int at, const char *name, int flags, ...), at, name)
OPENING(openat64, at, (int at, const char *name, int flags, ...), at, name)

ssize_t read(int f, void *data, size_t size) { SHORTENED(READ, read, f, size, f, data, size); }
ssize_t pread(int f, void *data, size_t size, off_t at) {
  SHORTENED(READ, pread, f, size, f, data, size, at);
}
ssize_t pread64(int f, void *data, size_t size, off64_t at) {
  SHORTENED(READ, pread64, f, size, f, data, size, at);
}
ssize_t write(int f, const void *data, size_t size) {
  SHORTENED(WRITE, write, f, size, f, data, size);
}
ssize_t pwrite(int f, const void *data, size_t size, off_t at) {
  SHORTENED(WRITE, pwrite, f, size, f, data, size, at);
}
ssize_t pwrite64(int f, const void *data, size_t size, off64_t at) {
  SHORTENED(WRITE, pwrite64, f, size, f, data, size, at);
}
ssize_t copy_file_range(int from, off64_t *a, int to, off64_t *b, size_t size, unsigned flags) {
  SHORTENED(WRITE, copy_file_range, to, size, from, a, to, b, size, flags);
}
ssize_t sendfile(int to, int from, off_t *at, size_t size) {
  SHORTENED(WRITE, sendfile, to, size, to, from, at, size);
}
ssize_t sendfile64(int to, int from, off64_t *at, size_t size) {
  SHORTENED(WRITE, sendfile64, to, size, to, from, at, size);
}

int fsync(int f) { CALL(SYNC, f, "", fsync, -1, f); }
int fdatasync(int f) { CALL(SYNC, f, "", fdatasync, -1, f); }

int rename(const char *a, const char *b) { CALL(NAME, AT_FDCWD, b, rename, -1, a, b); }
int renameat(int x, const char *a, int y, const char *b) { CALL(NAME, y, b, renameat, -1, x, a, y, b); }
int link(const char *a, const char *b) { CALL(NAME, AT_FDCWD, b, link, -1, a, b); }
int linkat(int x, const char *a, int y, const char *b, int flags) {
  CALL(NAME, y, b, linkat, -1, x, a, y, b, flags);
}
int unlink(const char *name) { CALL(NAME, AT_FDCWD, name, unlink, -1, name); }
int unlinkat(int at, const char *name, int flags) { CALL(NAME, at, name, unlinkat, -1, at, name, flags); }
int rmdir(const char *name) { CALL(NAME, AT_FDCWD, name, rmdir, -1, name); }
int mkdir(const char *name, mode_t mode) { CALL(NAME, AT_FDCWD, name, mkdir, -1, name, mode); }
int mkdirat(int at, const char *name, mode_t mode) { CALL(NAME, at, name, mkdirat, -1, at, name, mode); }

DIR *opendir(const char *name) { CALL(LIST, AT_FDCWD, name, opendir, NULL, name); }
DIR *fdopendir(int f) { CALL(LIST, f, "", fdopendir, NULL, f); }
struct dirent *readdir(DIR *d) { CALL(LIST, dirfd(d), "", readdir, NULL, d); }
struct dirent64 *readdir64(DIR *d) { CALL(LIST, dirfd(d), "", readdir64, NULL, d); }

void *mmap(void *a, size_t size, int protection, int flags, int f, off_t at) {
  if (f < 0) return REAL(mmap)(a, size, protection, flags, f, at);
  CALL(MAP, f, "", mmap, MAP_FAILED, a, size, protection, flags, f, at);
}
void *mmap64(void *a, size_t size, int protection, int flags, int f, off64_t at) {
  if (f < 0) return REAL(mmap64)(a, size, protection, flags, f, at);
  CALL(MAP, f, "", mmap64, MAP_FAILED, a, size, protection, flags, f, at);
}

int ftruncate(int f, off_t size) { CALL(SIZE, f, "", ftruncate, -1, f, size); }
int ftruncate64(int f, off64_t size) { CALL(SIZE, f, "", ftruncate64, -1, f, size); }
int truncate(const char *name, off_t size) { CALL(SIZE, AT_FDCWD, name, truncate, -1, name, size); }

int stat(const char *name, struct stat *s) { CALL(STAT, AT_FDCWD, name, stat, -1, name, s); }
int lstat(const char *name, struct stat *s) { CALL(STAT, AT_FDCWD, name, lstat, -1, name, s); }
int fstat(int f, struct stat *s) { CALL(STAT, f, "", fstat, -1, f, s); }
int fstatat(int at, const char *name, struct stat *s, int flags) {
  CALL(STAT, at, name, fstatat, -1, at, name, s, flags);
}
int stat64(const char *name, struct stat64 *s) { CALL(STAT, AT_FDCWD, name, stat64, -1, name, s); }
int lstat64(const char *name, struct stat64 *s) { CALL(STAT, AT_FDCWD, name, lstat64, -1, name, s); }
int fstat64(int f, struct stat64 *s) { CALL(STAT, f, "", fstat64, -1, f, s); }
int fstatat64(int at, const char *name, struct stat64 *s, int flags) {
  CALL(STAT, at, name, fstatat64, -1, at, name, s, flags);
}

int flock(int f, int operation) { CALL(LOCK, f, "", flock, -1, f, operation); }

int chmod(const char *name, mode_t mode) { CALL(MODE, AT_FDCWD, name, chmod, -1, name, mode); }
int fchmod(int f, mode_t mode) { CALL(MODE, f, "", fchmod, -1, f, mode); }
int fchmodat(int at, const char *name, mode_t mode, int flags) {
  CALL(MODE, at, name, fchmodat, -1, at, name, mode, flags);
}
