/*
 * OpenH264 alone: encodes raw pictures again and again with the settings of Spillway's encoder and says what a pass cost.
 *   openh264 LIBRARY {WIDTH HEIGHT BITRATE FILE}...
 * FILE holds I420 pictures, mapped; of several sizes each picture is encoded in all before the next. Each line read is a pass with new encoders, a key
 * each 30 pictures; each line written is its CPU time in nanoseconds and the bytes that came out, parameter sets left out. The library's structures are
 * taken by their offsets, so that no headers are needed.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>

typedef int (*method)(void *, ...);

static unsigned char param[1024], picture[128], result[8192];

static void put(void *at, int offset, int value) { memcpy((char *) at + offset, &value, 4); }
static void put_float(void *at, int offset, float value) { memcpy((char *) at + offset, &value, 4); }
static void put_pointer(void *at, int offset, const void *value) { memcpy((char *) at + offset, &value, 8); }
static int get(const void *at, int offset) { int value; memcpy(&value, (const char *) at + offset, 4); return value; }
static void *get_pointer(const void *at, int offset) { void *value; memcpy(&value, (const char *) at + offset, 8); return value; }

static int64_t cpu_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

#define MOST_SIZES 8

struct size {
    int width, height, bitrate, pictures;
    size_t bytes;
    const unsigned char *raw;
    void *encoder;
    method *table;
};

static int layer_bytes;
static unsigned char *out;

static int map_pictures(struct size *size, const char *name) {
    int file = open(name, O_RDONLY);
    struct stat stat;
    if (file < 0 || fstat(file, &stat)) { perror(name); return 1; }
    size->bytes = (size_t) size->width * size->height * 3 / 2;
    size->pictures = (int) (stat.st_size / size->bytes);
    size->raw = mmap(NULL, stat.st_size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file, 0);
    return size->raw == MAP_FAILED;
}

static int set_up(struct size *size) {
    int quiet = 0, bitrate = size->bitrate;
    size->table = *(method **) size->encoder;
    size->table[7](size->encoder, 25, &quiet);
    size->table[2](size->encoder, param);
    put(param, 0, 0); put(param, 4, size->width); put(param, 8, size->height); put(param, 12, bitrate); put(param, 16, 1);
    put_float(param, 20, 30); put(param, 24, 1); put(param, 28, 1);
    put(param, 32, size->width); put(param, 36, size->height); put_float(param, 40, 30); put(param, 44, bitrate);
    put(param, 48, bitrate * 3 / 2); put(param, 52, 100);
    put(param, 836, 0); put(param, 844, 0); put(param, 856, 1); param[860] = 0; put(param, 864, bitrate * 3 / 2);
    put(param, 868, 42); put(param, 872, 12); param[892] = 1; param[893] = 0; param[912] = 0;
    return size->table[1](size->encoder, param);
}

/* Copies what comes out, as whoever uses it must; gives its bytes without parameter sets, or -1. */
static int encode(struct size *size, int number) {
    const unsigned char *at = size->raw + number * size->bytes;
    int64_t ms = number * 100 / 3;
    int bytes = 0;
    put(picture, 0, 23); put(picture, 4, size->width); put(picture, 8, size->width / 2); put(picture, 12, size->width / 2);
    put_pointer(picture, 24, at);
    put_pointer(picture, 32, at + (size_t) size->width * size->height);
    put_pointer(picture, 40, at + (size_t) size->width * size->height * 5 / 4);
    put(picture, 56, size->width); put(picture, 60, size->height);
    memcpy(picture + 64, &ms, 8);
    if (number % 30 == 0) size->table[6](size->encoder, 1, -1);
    if (size->table[4](size->encoder, picture, result)) return -1;
    for (int layer = 0; layer < get(result, 0); layer++) {
        const unsigned char *info = result + 8 + layer * layer_bytes;
        const int *lengths = get_pointer(info, 24);
        const unsigned char *units = get_pointer(info, 32);
        for (int unit = 0; unit < get(info, 16); unit++) {
            int type = units[units[2] == 1 ? 3 : 4] & 0x1f;
            memcpy(out, units, lengths[unit]);
            if (type != 7 && type != 8) bytes += lengths[unit];
            units += lengths[unit];
        }
    }
    return bytes;
}

int main(int argc, char **argv) {
    int count = (argc - 2) / 4;
    if (count < 1 || count > MOST_SIZES || argc != 2 + 4 * count) return 2;
    void *library = dlopen(argv[1], RTLD_NOW);
    if (!library) { fprintf(stderr, "%s\n", dlerror()); return 1; }
    static struct size sizes[MOST_SIZES];
    size_t most = 0;
    for (int i = 0; i < count; i++) {
        char **words = argv + 2 + 4 * i;
        sizes[i].width = atoi(words[0]); sizes[i].height = atoi(words[1]); sizes[i].bitrate = atoi(words[2]);
        if (map_pictures(&sizes[i], words[3])) return 1;
        if (sizes[i].pictures != sizes[0].pictures) { fprintf(stderr, "not as many pictures of each size\n"); return 1; }
        if (sizes[i].bytes > most) most = sizes[i].bytes;
    }
    out = malloc(most);
    unsigned version[4];
    ((void (*)(void *)) dlsym(library, "WelsGetCodecVersionEx"))(version);
    layer_bytes = version[1] >= 6 ? 56 : 40;
    int (*create)(void **) = (int (*)(void **)) dlsym(library, "WelsCreateSVCEncoder");
    void (*destroy)(void *) = (void (*)(void *)) dlsym(library, "WelsDestroySVCEncoder");
    char line[16];
    while (fgets(line, sizeof line, stdin)) {
        int64_t began = cpu_ns(), bytes = 0;
        for (int i = 0; i < count; i++) {
            if (create(&sizes[i].encoder)) return 1;
            if (set_up(&sizes[i])) { fprintf(stderr, "refused\n"); return 1; }
        }
        for (int number = 0; number < sizes[0].pictures; number++) {
            for (int i = 0; i < count; i++) {
                int made = encode(&sizes[i], number);
                if (made < 0) return 1;
                bytes += made;
            }
        }
        for (int i = 0; i < count; i++) {
            sizes[i].table[3](sizes[i].encoder);
            destroy(sizes[i].encoder);
        }
        printf("%lld %lld\n", (long long) (cpu_ns() - began), (long long) bytes);
        fflush(stdout);
    }
    return 0;
}
