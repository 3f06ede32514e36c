package io.spillway.sfu.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.sfu.DropCounters;
import io.spillway.sfu.loop.MediaPort;
import io.spillway.sfu.loop.MediaPortContract;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.CsvSource;

/** The contract where datagrams are not cut by the kernel: one that is too old to know how, and a device that cannot. */
@EnabledOnOs(OS.LINUX)
@ParameterizedClass
@CsvSource({"1, NO_OPTION", "2, NO_OPTION", "8, NO_OPTION", "1, NO_DEVICE", "2, NO_DEVICE", "8, NO_DEVICE"})
class WithoutSegmentationTest extends MediaPortContract {

    private static final int SAME = 40;

    enum Lack {
        /** {@code setsockopt} does not know UDP_SEGMENT: Linux before 4.18. */
        NO_OPTION,
        /** {@code sendmmsg} gives EIO for what is to be cut: no checksum offload on the way, Linux before 6.11. */
        NO_DEVICE
    }

    @Parameter(1)
    Lack lack = Lack.NO_OPTION;

    private final List<Uncut> kernels = new ArrayList<>();

    @Override
    protected List<? extends MediaPort> open(InetSocketAddress bind, List<DropCounters> drops) throws IOException {
        return LinuxPort.open(bind, drops, System::nanoTime, 42, () -> {
            Uncut kernel = new Uncut(lack);
            kernels.add(kernel);
            return kernel;
        });
    }

    @Test
    void shouldAskForNoCutOnceItIsKnown() throws Exception {
        List<? extends MediaPort> ports = ports("127.0.0.1");
        try (DatagramSocket client = client()) {
            InetSocketAddress to = at("127.0.0.1", client.getLocalPort());
            for (MediaPort port : ports) {
                for (int round = 0; round < 3; round++) {
                    port.execute(() -> {
                        for (int i = 0; i < SAME; i++) {
                            port.send(ByteBuffer.wrap(new byte[] {'s', 'a', 'm', 'e'}), 0, 4, to);
                        }
                    });
                    for (int i = 0; i < SAME; i++) {
                        assertEquals("same", receive(client));
                    }
                }
            }
        }
        for (Uncut kernel : kernels) {
            assertEquals(lack == Lack.NO_OPTION ? 0 : 1, kernel.asked, "messages to be cut, of which one shows enough");
            assertTrue(kernel.sent > 0);
        }
    }

    /** Hands messages to the real kernel up to the first that is to be cut. Its counts are read when what it sent has come. */
    private static final class Uncut extends RealKernel {

        private static final int SOL_UDP = 17;
        private static final int UDP_SEGMENT = 103;
        private static final int ENOPROTOOPT = 92;

        private final Lack lack;
        volatile int asked;
        volatile int sent;

        Uncut(Lack lack) {
            this.lack = lack;
        }

        @Override
        public int setOption(int socket, int level, int option, MemorySegment value) {
            boolean unknown = lack == Lack.NO_OPTION && level == SOL_UDP && option == UDP_SEGMENT;
            return unknown ? -ENOPROTOOPT : super.setOption(socket, level, option, value);
        }

        @Override
        @SuppressWarnings("NonAtomicVolatileUpdate") // one loop writes
        public int send(int socket, long vector, int count) {
            int whole = 0;
            while (whole < count && !isCut(vector, whole)) {
                whole++;
            }
            if (whole == 0) {
                asked++;
                return lack == Lack.NO_OPTION ? -Errno.EINVAL : -Errno.EIO;
            }
            sent++;
            return super.send(socket, vector, whole);
        }
    }
}
