package io.spillway.bench;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The C program over OpenH264: a line in is a pass, a line out what it took. */
final class OpenH264Alone implements AutoCloseable {

    /** Raw pictures of one size, in a file. */
    record Size(int width, int height, int bitrateBps, Path pictures) {}

    /** CPU time of the whole program, and the bytes that came out, parameter sets left out. */
    record Pass(double seconds, long bytes) {}

    private final BufferedReader out;
    private final BufferedWriter in;

    OpenH264Alone(String program, String library, List<Size> sizes) throws IOException {
        List<String> words = new ArrayList<>(List.of(program, library));
        for (Size size : sizes) {
            words.add(Integer.toString(size.width));
            words.add(Integer.toString(size.height));
            words.add(Integer.toString(size.bitrateBps));
            words.add(size.pictures.toString());
        }
        Process process = new ProcessBuilder(words)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        out = process.inputReader();
        in = process.outputWriter();
    }

    Pass pass() throws IOException {
        in.write("\n");
        in.flush();
        String line = out.readLine();
        if (line == null) {
            throw new IOException("the C program ended");
        }
        String[] words = line.split(" ", -1);
        return new Pass(Long.parseLong(words[0]) / 1e9, Long.parseLong(words[1]));
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
