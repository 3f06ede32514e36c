package io.spillway.bench.goals;

import io.spillway.bench.http.Crowd;
import io.spillway.bench.linux.ProcessClock;
import io.spillway.bench.load.Shape;
import io.spillway.testkit.Nginx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;

/** Goal 10: requests a second and core for a part and for a playlist, beside nginx that gives the same bytes out of files: in turn, by the same clients, on the same core. */
final class HlsBesideNginx {

    private static final int CLIENTS = 64;

    /** A server is warm when so many rounds in turn gave no more than the best before. */
    private static final int WARM_ROUNDS = 3;

    private static final int MAX_WARM_UP_ROUNDS = 40;

    /** What rounds part by anyway. */
    private static final double MORE = 1.03;

    /** One server's part of a round. */
    private record Rate(double aSecond, double aCore, double share) {}

    private final Bed bed;
    private final Host host;
    private final Report report;
    private final Path folder;

    HlsBesideNginx(Bed bed, Host host, Report report, Path folder) {
        this.bed = bed;
        this.host = host;
        this.report = report;
        this.folder = folder;
    }

    /** @param rounds that count; one before them does not */
    void measure(int rounds, double seconds) throws IOException, InterruptedException {
        bed.restage(Shape.VIDEO, 1);
        HlsStream stream = new HlsStream(bed, bed.streams().getFirst());
        stream.begin();
        Path files = Files.createDirectories(folder.resolve("files" + stream.path("")));
        try (Nginx nginx = Nginx.start(
                Files.createDirectories(folder.resolve("nginx")),
                port -> String.format(
                        Locale.ROOT, """
            types { application/vnd.apple.mpegurl m3u8; video/mp4 m4s; }
            server {
                listen 127.0.0.1:%d;
                root %s;
                keepalive_requests 1000000000;
                open_file_cache max=100;
                add_header Access-Control-Allow-Origin *;
                add_header Access-Control-Expose-Headers "Age, Date, Content-Length, Content-Range, ETag";
                add_header X-Content-Type-Options nosniff;
                add_header Cache-Control "public, max-age=86400, immutable";
            }
            """, port, folder.resolve("files").toAbsolutePath()))) {
            for (long worker : nginx.workers()) {
                pin(worker);
            }
            InetSocketAddress there = new InetSocketAddress(InetAddress.getLoopbackAddress(), nginx.port());
            compare("part", stream, files, nginx, there, rounds, seconds);
            compare("playlist", stream, files, nginx, there, rounds, seconds);
        }
    }

    private void compare(
            String what, HlsStream stream, Path files, Nginx nginx, InetSocketAddress there, int rounds, double seconds)
            throws IOException, InterruptedException {
        List<Rate> ours = new ArrayList<>();
        List<Rate> theirs = new ArrayList<>();
        int bytes = 0;
        Rate cold = warmUp(what, stream, seconds);
        for (int round = -1; round < rounds; round++) {
            String file = newest(what, stream);
            byte[] body = stream.get(file).body();
            // Under a name of its own: nginx remembers how long a file was, and hangs up where it has become shorter.
            String copy = (round + 1) + "-" + file;
            Files.write(files.resolve(copy), body);
            bytes = body.length;
            Rate here = rate(stream.server(), stream.path(file), List.of(bed.serverPid()), seconds);
            Rate nginxs = rate(there, stream.path(copy), nginx.workers(), seconds);
            if (round >= 0) {
                ours.add(here);
                theirs.add(nginxs);
            }
        }
        double[] ratios = DoubleStream.iterate(0, i -> i < rounds, i -> i + 1)
                .map(i -> ours.get((int) i).aCore / theirs.get((int) i).aCore)
                .sorted()
                .toArray();
        report.row(
                "requests a second and core, " + what + " of " + bytes + " bytes",
                String.format(Locale.ROOT, "%.0f by %.0f of nginx", median(ours), median(theirs)),
                String.format(
                        Locale.ROOT,
                        "ratio %.2f (%.2f-%.2f) in %d rounds of %.0f s, %d clients; %.0f and %.0f a second at %.0f and %.0f %% of the core; %.0f in the first seconds, cold",
                        ratios[rounds / 2],
                        ratios[0],
                        ratios[rounds - 1],
                        rounds,
                        seconds,
                        CLIENTS,
                        ours.stream().mapToDouble(Rate::aSecond).average().orElse(0),
                        theirs.stream().mapToDouble(Rate::aSecond).average().orElse(0),
                        ours.stream().mapToDouble(Rate::share).average().orElse(0) * 100,
                        theirs.stream().mapToDouble(Rate::share).average().orElse(0) * 100,
                        cold.aCore));
        report.figure("hlsByNginx" + (what.equals("part") ? "Part" : "Playlist"), ratios[rounds / 2]);
    }

    /** Lets the server's compilers do their work. Gives what it did before that. */
    private Rate warmUp(String what, HlsStream stream, double seconds) throws IOException, InterruptedException {
        Rate cold = ours(what, stream, seconds);
        double best = cold.aCore;
        int same = 0;
        for (int i = 1; i < MAX_WARM_UP_ROUNDS && same < WARM_ROUNDS; i++) {
            double now = ours(what, stream, seconds).aCore;
            same = now > best * MORE ? 0 : same + 1;
            best = Math.max(best, now);
        }
        return cold;
    }

    private Rate ours(String what, HlsStream stream, double seconds) throws IOException, InterruptedException {
        return rate(stream.server(), stream.path(newest(what, stream)), List.of(bed.serverPid()), seconds);
    }

    private static String newest(String what, HlsStream stream) throws IOException, InterruptedException {
        return what.equals("part")
                ? HlsStream.newestPart(stream.get(HlsStream.PLAYLIST).body())
                : HlsStream.PLAYLIST;
    }

    private static double median(List<Rate> rates) {
        return rates.stream().mapToDouble(Rate::aCore).sorted().toArray()[rates.size() / 2];
    }

    private static Rate rate(InetSocketAddress server, String path, List<Long> processes, double seconds)
            throws IOException {
        long[] answers = {0};
        try (Crowd crowd = new Crowd(server, CLIENTS, 0, System::nanoTime)) {
            byte[] request = crowd.get(path);
            long beganNs = System.nanoTime();
            long cpuNs = cpuNs(processes);
            crowd.run(
                    request,
                    (client, _) -> {
                        if (client.status() != 200) {
                            throw new IllegalStateException(path + " was answered " + client.status());
                        }
                        answers[0]++;
                        return request;
                    },
                    beganNs + (long) (seconds * 1e9));
            double tookNs = System.nanoTime() - beganNs;
            double usedNs = cpuNs(processes) - cpuNs;
            return new Rate(answers[0] * 1e9 / tookNs, answers[0] * 1e9 / usedNs, usedNs / tookNs);
        }
    }

    private static long cpuNs(List<Long> processes) {
        return processes.stream()
                .flatMapToLong(pid -> LongStream.of(ProcessClock.cpuNs(pid)))
                .sum();
    }

    private void pin(long pid) throws IOException, InterruptedException {
        int code = new ProcessBuilder("taskset", "-cp", Integer.toString(host.serverCore()), Long.toString(pid))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .inheritIO()
                .start()
                .waitFor();
        if (code != 0) {
            throw new IOException("taskset could not pin nginx to CPU " + host.serverCore());
        }
    }
}
