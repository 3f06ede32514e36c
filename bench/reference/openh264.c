/*
 * OpenH264 alone: encodes raw pictures again and again with the settings of Spillway's encoder and says what a pass cost.
 *   openh264 LIBRARY WIDTH HEIGHT BITRATE FILE
 * FILE holds I420 pictures, mapped. Each line read is a pass with a new encoder, a key each 30 pictures; each line written is its CPU time in
 * nanoseconds and the bytes that came out. The library's structures are taken by their offsets, so that no headers are needed.
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

int main(int argc, char **argv) {
    if (argc != 6) return 2;
    void *library = dlopen(argv[1], RTLD_NOW);
    if (!library) { fprintf(stderr, "%s\n", dlerror()); return 1; }
    int width = atoi(argv[2]), height = atoi(argv[3]), bitrate = atoi(argv[4]);
    int file = open(argv[5], O_RDONLY);
    struct stat stat;
    if (file < 0 || fstat(file, &stat)) { perror(argv[5]); return 1; }
    size_t size = (size_t) width * height * 3 / 2;
    int pictures = (int) (stat.st_size / size);
    unsigned char *raw = mmap(NULL, stat.st_size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file, 0);
    unsigned version[4];
    ((void (*)(void *)) dlsym(library, "WelsGetCodecVersionEx"))(version);
    int layer_bytes = version[1] >= 6 ? 56 : 40;
    int (*create)(void **) = (int (*)(void **)) dlsym(library, "WelsCreateSVCEncoder");
    void (*destroy)(void *) = (void (*)(void *)) dlsym(library, "WelsDestroySVCEncoder");
    unsigned char *out = malloc(size);
    char line[16];
    while (fgets(line, sizeof line, stdin)) {
        void *encoder;
        int64_t began = cpu_ns();
        if (create(&encoder)) return 1;
        method *table = *(method **) encoder;
        int quiet = 0;
        table[7](encoder, 25, &quiet);
        table[2](encoder, param);
        put(param, 0, 0); put(param, 4, width); put(param, 8, height); put(param, 12, bitrate); put(param, 16, 1);
        put_float(param, 20, 30); put(param, 24, 1); put(param, 28, 1);
        put(param, 32, width); put(param, 36, height); put_float(param, 40, 30); put(param, 44, bitrate);
        put(param, 48, bitrate * 3 / 2); put(param, 52, 100);
        put(param, 836, 0); put(param, 844, 0); put(param, 856, 1); param[860] = 0; put(param, 864, bitrate * 3 / 2);
        put(param, 868, 42); put(param, 872, 12); param[892] = 1; param[893] = 0; param[912] = 0;
        if (table[1](encoder, param)) { fprintf(stderr, "refused\n"); return 1; }
        put(picture, 0, 23); put(picture, 4, width); put(picture, 8, width / 2); put(picture, 12, width / 2);
        put(picture, 56, width); put(picture, 60, height);
        int64_t bytes = 0;
        for (int i = 0; i < pictures; i++) {
            const unsigned char *at = raw + i * size;
            if (i % 30 == 0) table[6](encoder, 1, -1);
            put_pointer(picture, 24, at);
            put_pointer(picture, 32, at + (size_t) width * height);
            put_pointer(picture, 40, at + (size_t) width * height * 5 / 4);
            int64_t ms = i * 100 / 3;
            memcpy(picture + 64, &ms, 8);
            if (table[4](encoder, picture, result)) return 1;
            for (int layer = 0; layer < get(result, 0); layer++) {
                const unsigned char *info = result + 8 + layer * layer_bytes;
                const int *lengths = get_pointer(info, 24);
                int total = 0;
                for (int unit = 0; unit < get(info, 16); unit++) total += lengths[unit];
                memcpy(out, get_pointer(info, 32), total);
                bytes += total;
            }
        }
        table[3](encoder);
        destroy(encoder);
        printf("%lld %lld\n", (long long) (cpu_ns() - began), (long long) bytes);
        fflush(stdout);
    }
    return 0;
}
