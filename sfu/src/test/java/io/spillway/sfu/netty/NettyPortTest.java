package io.spillway.sfu.netty;

import io.spillway.sfu.DropCounters;
import io.spillway.sfu.loop.MediaPort;
import io.spillway.sfu.loop.MediaPortContract;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** The contract over Netty's native epoll, which every machine that tests has. */
@ParameterizedClass
@ValueSource(ints = {1, 2, 8})
class NettyPortTest extends MediaPortContract {

    @Override
    protected List<? extends MediaPort> open(InetSocketAddress bind, List<DropCounters> drops) throws IOException {
        return NettyPort.open(bind, drops, System::nanoTime);
    }
}
