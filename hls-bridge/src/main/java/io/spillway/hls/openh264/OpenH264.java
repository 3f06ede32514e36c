package io.spillway.hls.openh264;

import com.sun.jna.Function;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;
import io.spillway.hls.ladder.Colours;
import io.spillway.hls.ladder.VideoEncoder;
import java.util.ArrayList;
import java.util.List;

/** The OpenH264 library of this machine, in a version whose layout is known. Any thread. */
public final class OpenH264 implements VideoEncoder.Factory {

    /** As Debian and others name them: 2.6, 2.3 and later, whatever there is, macOS. */
    private static final List<String> NAMES =
            List.of("libopenh264.so.8", "libopenh264.so.7", "libopenh264.so", "libopenh264.dylib");

    /** A tenth of the share that threads of the usual priority get. */
    private static final int NICE = 10;

    private final NativeLibrary library;
    private final Layout layout;
    private final String version;

    private OpenH264(NativeLibrary library, Layout layout, String version) {
        this.library = library;
        this.layout = layout;
        this.version = version;
    }

    /**
     * Loads it and proves that it encodes.
     *
     * @param file the library's file where the system's own is not to be looked for; empty to look for that
     * @throws UnsupportedOperationException saying what is missing or wrong
     */
    public static OpenH264 load(String file) {
        try {
            NativeLibrary library = open(file.isEmpty() ? NAMES : List.of(file));
            String version;
            Layout layout;
            try (Memory numbers = new Memory(16)) {
                library.getFunction("WelsGetCodecVersionEx").invokeVoid(new Object[] {numbers});
                version = numbers.getInt(0) + "." + numbers.getInt(4) + "." + numbers.getInt(8);
                layout = Layout.of(numbers.getInt(0), numbers.getInt(4));
            }
            if (layout == null || Native.POINTER_SIZE != Long.BYTES) {
                throw new UnsupportedOperationException("OpenH264 is there in version " + version + " ("
                        + library.getFile() + "), of which the layout is not known; known are " + Layout.KNOWN
                        + ", on 64-bit systems");
            }
            OpenH264 found = new OpenH264(library, layout, version);
            found.open(320, 180, 200_000, new Colours(1, 1, 1, true)).close();
            return found;
        } catch (LinkageError | IllegalStateException missing) {
            throw new UnsupportedOperationException(
                    "OpenH264 cannot be used on this system (" + missing.getMessage() + ")", missing);
        }
    }

    private static NativeLibrary open(List<String> names) {
        List<String> said = new ArrayList<>();
        for (String name : names) {
            try {
                return NativeLibrary.getInstance(name);
            } catch (UnsatisfiedLinkError missing) {
                said.add(name);
            }
        }
        throw new UnsatisfiedLinkError("none of these could be loaded: " + String.join(", ", said));
    }

    /** Such as {@code 2.3.1}. */
    public String version() {
        return version;
    }

    /** Where it was found. */
    public String file() {
        return library.getFile().toString();
    }

    /** Lets all other threads go before the calling one, where the system can. */
    public static void lowerPriority() {
        if (Platform.isLinux()) {
            // Of this thread alone: on Linux "the process 0" is the calling thread.
            Function.getFunction(Platform.C_LIBRARY_NAME, "setpriority").invokeInt(new Object[] {0, 0, NICE});
        }
    }

    @Override
    public VideoEncoder open(int width, int height, int bitrateBps, Colours colours) {
        PointerByReference made = new PointerByReference();
        if (library.getFunction("WelsCreateSVCEncoder").invokeInt(new Object[] {made}) != 0) {
            throw new IllegalStateException("an encoder cannot be made");
        }
        Pointer handle = made.getValue();
        Function destroy = library.getFunction("WelsDestroySVCEncoder");
        OpenH264Encoder encoder = new OpenH264Encoder(handle, destroy, layout, width, height);
        try {
            encoder.initialise(bitrateBps, colours);
            return encoder;
        } catch (IllegalStateException refused) {
            encoder.close();
            throw refused;
        }
    }
}
