/*
 * What fan-out costs at least: bursts of RTP come in by recvmmsg, and each packet goes out to N destinations, encrypted
 * for each by AEAD_AES_128_GCM as SRTP has it (RFC 7714), out of place, packets of equal size together by UDP GSO, as
 * many destinations as possible by one sendmmsg. No sessions, no sockets but one, no other thread, no history.
 *
 *   fanout PORT DESTINATIONS FIRST_ADDRESS DESTINATION_PORT SESSION_KEY_HEX SESSION_SALT_HEX [nogso]
 *   fanout passes PACKETS DESTINATIONS FIRST_ADDRESS DESTINATION_PORT [seal]
 *
 * Says "ready" when it listens. Destination i has the i-th address from the first on (those that end in 0 or 255 are
 * left out), and SSRC i + 1. On SIGTERM or SIGINT it prints packets, packets a flush and CPU time a packet, and ends.
 *
 * With "passes" nothing is received: for each line on standard input it sends 300,000 packets of 1200 bytes, in bursts of
 * PACKETS to each destination, and prints the CPU time of one in microseconds. With "seal" it encrypts and does not send.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#if __has_include(<openssl/evp.h>)
#include <openssl/evp.h>
#else
/* The library is on every machine, its headers are not. */
typedef struct evp_cipher_ctx_st EVP_CIPHER_CTX;
typedef struct evp_cipher_st EVP_CIPHER;
typedef struct engine_st ENGINE;
EVP_CIPHER_CTX *EVP_CIPHER_CTX_new(void);
const EVP_CIPHER *EVP_aes_128_gcm(void);
int EVP_EncryptInit_ex(EVP_CIPHER_CTX *, const EVP_CIPHER *, ENGINE *, const unsigned char *, const unsigned char *);
int EVP_EncryptUpdate(EVP_CIPHER_CTX *, unsigned char *, int *, const unsigned char *, int);
int EVP_EncryptFinal_ex(EVP_CIPHER_CTX *, unsigned char *, int *);
int EVP_CIPHER_CTX_ctrl(EVP_CIPHER_CTX *, int, int, void *);
#define EVP_CTRL_AEAD_GET_TAG 0x10
#endif

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif

enum {
    BURST = 64,              /* packets taken by one recvmmsg */
    PACKET = 2048,           /* room for one datagram */
    HEADER = 12,             /* RTP header, which stays in the clear */
    TAG = 16,
    IV = 12,
    MESSAGES = 64,           /* messages given to one sendmmsg */
    SEGMENTS = 40,           /* datagrams in one message: below the kernel's 64 */
    MESSAGE_BYTES = 60000,   /* below what one IP packet holds */
    SOCKET_BUFFER = 8 << 20,
    PASS_PACKETS = 300000,   /* sent in one pass */
    PASS_BYTES = 1200        /* of each of them, before the tag */
};

struct destination {
    struct sockaddr_in address;
    EVP_CIPHER_CTX *cipher;
    uint32_t ssrc;
};

static volatile sig_atomic_t ending;

static int fd;
static int gso = 1;
static int seal_only;
static struct destination *destinations;
static int destination_count;
static uint8_t salt[IV];

static uint8_t received[BURST][PACKET];
static struct iovec receive_vectors[BURST];
static struct mmsghdr receive_messages[BURST];

static uint8_t slab[MESSAGES][MESSAGE_BYTES];
static struct iovec send_vectors[MESSAGES];
static struct mmsghdr send_messages[MESSAGES];
static uint8_t controls[MESSAGES][CMSG_SPACE(sizeof(uint16_t))];
static int queued;

static uint64_t packets_sent, bursts, packets_received, send_errors;

static void end(int signal) {
    (void)signal;
    ending = 1;
}

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static void unhex(const char *hex, uint8_t *out, size_t count) {
    if (strlen(hex) != 2 * count) {
        fprintf(stderr, "%s is not %zu bytes of hex\n", hex, count);
        exit(2);
    }
    for (size_t i = 0; i < count; i++) {
        unsigned value;
        if (sscanf(hex + 2 * i, "%2x", &value) != 1) {
            fprintf(stderr, "%s is no hex\n", hex);
            exit(2);
        }
        out[i] = (uint8_t)value;
    }
}

static void make_destinations(const char *first, int port, const uint8_t *key) {
    struct in_addr address;
    if (inet_pton(AF_INET, first, &address) != 1) {
        fprintf(stderr, "%s is no IPv4 address\n", first);
        exit(2);
    }
    uint32_t number = ntohl(address.s_addr);
    destinations = calloc((size_t)destination_count, sizeof *destinations);
    for (int i = 0; i < destination_count; i++, number++) {
        while ((number & 255) == 0 || (number & 255) == 255) {
            number++;
        }
        struct destination *to = &destinations[i];
        to->address.sin_family = AF_INET;
        to->address.sin_port = htons((uint16_t)port);
        to->address.sin_addr.s_addr = htonl(number);
        to->ssrc = (uint32_t)i + 1;
        to->cipher = EVP_CIPHER_CTX_new();
        /* The key is expanded once; every packet brings its IV only. */
        if (to->cipher == NULL || EVP_EncryptInit_ex(to->cipher, EVP_aes_128_gcm(), NULL, key, NULL) != 1) {
            fail("EVP");
        }
    }
}

static void open_socket(int port) {
    fd = socket(AF_INET, SOCK_DGRAM, 0);
    int bytes = SOCKET_BUFFER;
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
    struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    if (fd < 0 || bind(fd, (struct sockaddr *)&any, sizeof any) != 0) {
        fail("socket");
    }
}

static void lay_out(void) {
    for (int i = 0; i < BURST; i++) {
        receive_vectors[i] = (struct iovec){received[i], PACKET};
        receive_messages[i].msg_hdr.msg_iov = &receive_vectors[i];
        receive_messages[i].msg_hdr.msg_iovlen = 1;
    }
    for (int i = 0; i < MESSAGES; i++) {
        send_vectors[i].iov_base = slab[i];
        struct msghdr *header = &send_messages[i].msg_hdr;
        header->msg_namelen = sizeof(struct sockaddr_in);
        header->msg_iov = &send_vectors[i];
        header->msg_iovlen = 1;
        struct cmsghdr *control = (struct cmsghdr *)controls[i];
        control->cmsg_level = IPPROTO_UDP;
        control->cmsg_type = UDP_SEGMENT;
        control->cmsg_len = CMSG_LEN(sizeof(uint16_t));
    }
}

static void flush(void) {
    for (int done = seal_only ? queued : 0; done < queued;) {
        int sent = sendmmsg(fd, send_messages + done, (unsigned)(queued - done), 0);
        if (sent > 0) {
            done += sent;
        } else if (errno != EINTR) {
            send_errors++;
            done++;
        }
    }
    queued = 0;
}

/* Encrypts one packet for one destination; gives its length. */
static int seal(struct destination *to, const uint8_t *packet, int length, uint64_t index, uint8_t *out) {
    memcpy(out, packet, HEADER);
    uint32_t ssrc = htonl(to->ssrc);
    memcpy(out + 8, &ssrc, sizeof ssrc);
    uint8_t iv[IV];
    memcpy(iv, salt, IV);
    for (int i = 0; i < 4; i++) {
        iv[2 + i] ^= (uint8_t)(to->ssrc >> (24 - 8 * i));
    }
    for (int i = 0; i < 6; i++) {
        iv[6 + i] ^= (uint8_t)(index >> (40 - 8 * i));
    }
    int written;
    int ok = EVP_EncryptInit_ex(to->cipher, NULL, NULL, NULL, iv)
        & EVP_EncryptUpdate(to->cipher, NULL, &written, out, HEADER)
        & EVP_EncryptUpdate(to->cipher, out + HEADER, &written, packet + HEADER, length - HEADER)
        & EVP_EncryptFinal_ex(to->cipher, out + length, &written)
        & EVP_CIPHER_CTX_ctrl(to->cipher, EVP_CTRL_AEAD_GET_TAG, TAG, out + length);
    if (ok != 1) {
        fail("EVP");
    }
    return length + TAG;
}

/* Queues what one destination gets of a burst: one message for each run of packets of equal size. */
static void fan_out_to(struct destination *to, int count, const uint64_t *indices) {
    for (int i = 0; i < count;) {
        if (queued == MESSAGES) {
            flush();
        }
        int size = (int)receive_messages[i].msg_len + TAG;
        int bytes = 0, segments = 0;
        do {
            bytes += seal(to, received[i], (int)receive_messages[i].msg_len, indices[i], slab[queued] + bytes);
            segments++;
            i++;
            /* The last of a message may be shorter. */
        } while (gso && i < count && bytes == segments * size && segments < SEGMENTS
                 && (int)receive_messages[i].msg_len + TAG <= size && bytes + size <= MESSAGE_BYTES);
        struct msghdr *header = &send_messages[queued].msg_hdr;
        header->msg_name = &to->address;
        send_vectors[queued].iov_len = (size_t)bytes;
        header->msg_control = segments > 1 ? controls[queued] : NULL;
        header->msg_controllen = segments > 1 ? sizeof controls[queued] : 0;
        uint16_t segment = (uint16_t)size;
        memcpy(CMSG_DATA((struct cmsghdr *)controls[queued]), &segment, sizeof segment);
        queued++;
        packets_sent += (uint64_t)segments;
    }
}

static void run(void) {
    uint64_t highest = 0;
    while (!ending) {
        int count = recvmmsg(fd, receive_messages, BURST, MSG_WAITFORONE, NULL);
        if (count < 0) {
            if (errno == EINTR) {
                continue;
            }
            fail("recvmmsg");
        }
        uint64_t indices[BURST];
        for (int i = 0; i < count; i++) {
            /* Rollover counter and sequence number, RFC 3711 3.3.1, for packets that come in order. */
            uint64_t sequence = (uint64_t)received[i][2] << 8 | received[i][3];
            uint64_t index = (highest & ~UINT64_C(0xFFFF)) | sequence;
            if (index + 0x8000 < highest) {
                index += 0x10000;
            }
            if (index > highest) {
                highest = index;
            }
            indices[i] = index;
        }
        for (int i = 0; i < destination_count; i++) {
            fan_out_to(&destinations[i], count, indices);
        }
        flush();
        bursts++;
        packets_received += (uint64_t)count;
    }
}

static double cpu_us(void) {
    struct timespec used;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return (double)used.tv_sec * 1e6 + (double)used.tv_nsec / 1e3;
}

static int run_passes(int packets) {
    char line[16];
    uint64_t sequence = 0;
    uint64_t indices[BURST];
    int turns = PASS_PACKETS / (packets * destination_count);
    for (int i = 0; i < packets; i++) {
        received[i][0] = 0x80;
        receive_messages[i].msg_len = PASS_BYTES;
    }
    while (fgets(line, sizeof line, stdin) != NULL) {
        double before = cpu_us();
        for (int turn = 0; turn < turns; turn++) {
            for (int i = 0; i < packets; i++, sequence++) {
                indices[i] = sequence;
                received[i][2] = (uint8_t)(sequence >> 8);
                received[i][3] = (uint8_t)sequence;
            }
            for (int i = 0; i < destination_count; i++) {
                fan_out_to(&destinations[i], packets, indices);
            }
            flush();
        }
        printf("%.4f\n", (cpu_us() - before) / ((double)turns * packets * destination_count));
        fflush(stdout);
    }
    return send_errors != 0;
}

static int passes(int argc, char **argv) {
    int packets = argc < 6 ? 0 : atoi(argv[2]);
    destination_count = argc < 6 ? 0 : atoi(argv[3]);
    if (packets < 1 || packets > BURST || destination_count < 1) {
        fprintf(stderr, "fanout passes PACKETS (1 to %d) DESTINATIONS FIRST_ADDRESS DESTINATION_PORT [seal]\n", BURST);
        return 2;
    }
    static const uint8_t key[16];
    seal_only = argc > 6 && strcmp(argv[6], "seal") == 0;
    make_destinations(argv[4], atoi(argv[5]), key);
    open_socket(0);
    lay_out();
    return run_passes(packets);
}

int main(int argc, char **argv) {
    if (argc > 1 && strcmp(argv[1], "passes") == 0) {
        return passes(argc, argv);
    }
    if (argc < 7) {
        fprintf(stderr, "fanout PORT DESTINATIONS FIRST_ADDRESS DESTINATION_PORT SESSION_KEY_HEX SESSION_SALT_HEX [nogso]\n");
        return 2;
    }
    uint8_t key[16];
    unhex(argv[5], key, sizeof key);
    unhex(argv[6], salt, sizeof salt);
    gso = argc < 8 || strcmp(argv[7], "nogso") != 0;
    destination_count = atoi(argv[2]);
    make_destinations(argv[3], atoi(argv[4]), key);
    open_socket(atoi(argv[1]));
    lay_out();
    struct sigaction action = {.sa_handler = end};
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    puts("ready");
    fflush(stdout);
    run();
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    double us = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6
        + (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
    printf("sent %llu packets, %.1f a flush and destination, %.3f us of CPU a packet, %llu send errors\n",
           (unsigned long long)packets_sent, bursts ? (double)packets_received / (double)bursts : 0.0,
           packets_sent ? us / (double)packets_sent : 0.0, (unsigned long long)send_errors);
    return 0;
}
