package io.spillway.sfu.linux;

/** Error numbers, the same on every architecture we call. */
final class Errno {

    static final int EPERM = 1;
    static final int EINTR = 4;
    static final int EIO = 5;
    static final int EAGAIN = 11;
    static final int ENOMEM = 12;
    static final int EINVAL = 22;
    static final int EMSGSIZE = 90;
    static final int EAFNOSUPPORT = 97;
    static final int EADDRINUSE = 98;
    static final int EADDRNOTAVAIL = 99;
    static final int ENETUNREACH = 101;
    static final int ENOBUFS = 105;

    private Errno() {}

    /** What a person reads; the names are those of errno(3). */
    static String sentence(int errno) {
        return switch (errno) {
            case EPERM -> "operation not permitted";
            case EAFNOSUPPORT -> "address family not supported";
            case EADDRINUSE -> "address already in use";
            case EADDRNOTAVAIL -> "this machine has no such address";
            case 13 -> "permission denied";
            case 24 -> "too many open files: raise ulimit -n";
            default -> "error " + errno;
        };
    }
}
