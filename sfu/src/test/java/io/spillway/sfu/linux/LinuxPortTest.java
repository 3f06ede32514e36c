package io.spillway.sfu.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.spillway.sfu.DropCounters;
import io.spillway.sfu.loop.MediaPort;
import io.spillway.sfu.loop.MediaPortContract;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** The contract over our own system calls. */
@EnabledOnOs(OS.LINUX)
@ParameterizedClass
@ValueSource(ints = {1, 2, 8})
class LinuxPortTest extends MediaPortContract {

    private static final long SEED = 42;

    @Override
    protected List<? extends MediaPort> open(InetSocketAddress bind, List<DropCounters> drops) throws IOException {
        return LinuxPort.open(bind, drops, System::nanoTime, SEED);
    }

    /** A loop that nobody can wake would answer commands a second late. */
    @Test
    void shouldNotOpenWhereThereIsNoDescriptorToWakeALoopBy() {
        ScriptedKernel first = new ScriptedKernel();
        ScriptedKernel second = new ScriptedKernel();
        second.counterResult = -24;
        Iterator<Kernel> kernels = List.<Kernel>of(first, second).iterator();
        IOException refused = assertThrows(
                IOException.class,
                () -> LinuxPort.open(
                        at("127.0.0.1", 0),
                        List.of(new DropCounters(), new DropCounters()),
                        System::nanoTime,
                        SEED,
                        kernels::next));
        assertEquals(
                "no eventfd to wake the media loop by: too many open files: raise ulimit -n", refused.getMessage());
        assertEquals(List.of(7, 9), first.closed, "a loop that has not run is let go of");
        assertEquals(List.of(7), second.closed);
    }
}
