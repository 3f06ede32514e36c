package io.spillway.sfu.linux;

import io.spillway.sfu.DropCounters;
import io.spillway.sfu.loop.MediaPort;
import io.spillway.sfu.loop.MediaPortContract;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** The contract over our own system calls. */
@EnabledOnOs(OS.LINUX)
class LinuxPortTest extends MediaPortContract {

    private static final long SEED = 42;

    @Override
    protected List<? extends MediaPort> open(InetSocketAddress bind, List<DropCounters> drops) throws IOException {
        return LinuxPort.open(bind, drops, System::nanoTime, SEED);
    }
}
