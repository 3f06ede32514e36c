package io.spillway.bench.goals;

import com.sun.management.ThreadMXBean;
import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.lang.management.ThreadInfo;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.management.MBeanServerConnection;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/** The server's own management beans, by attaching to its process: nothing need be switched on in it beforehand. Same machine and user only. */
final class ServerBeans implements AutoCloseable {

    private final JMXConnector connector;
    private final ThreadMXBean threads;
    private final MemoryMXBean memory;
    private final List<BufferPoolMXBean> buffers;
    private final List<GarbageCollectorMXBean> collectors;

    private ServerBeans(JMXConnector connector) throws IOException {
        this.connector = connector;
        MBeanServerConnection beans = connector.getMBeanServerConnection();
        threads = ManagementFactory.newPlatformMXBeanProxy(
                beans, ManagementFactory.THREAD_MXBEAN_NAME, ThreadMXBean.class);
        memory = ManagementFactory.newPlatformMXBeanProxy(
                beans, ManagementFactory.MEMORY_MXBEAN_NAME, MemoryMXBean.class);
        buffers = ManagementFactory.getPlatformMXBeans(beans, BufferPoolMXBean.class);
        collectors = ManagementFactory.getPlatformMXBeans(beans, GarbageCollectorMXBean.class);
    }

    @SuppressWarnings("BanJNDI") // the other side is the server that this program started
    static ServerBeans attach(long pid) throws IOException {
        try {
            VirtualMachine machine = VirtualMachine.attach(Long.toString(pid));
            try {
                return new ServerBeans(
                        JMXConnectorFactory.connect(new JMXServiceURL(machine.startLocalManagementAgent())));
            } finally {
                machine.detach();
            }
        } catch (AttachNotSupportedException refused) {
            throw new IOException("process " + pid + " lets nobody attach", refused);
        }
    }

    /** Bytes allocated so far by each living platform thread, those of this very connection left out. */
    Map<String, Long> allocatedByThread() {
        long[] ids = threads.getAllThreadIds();
        long[] bytes = threads.getThreadAllocatedBytes(ids);
        ThreadInfo[] infos = threads.getThreadInfo(ids);
        Map<String, Long> byThread = new HashMap<>();
        for (int i = 0; i < ids.length; i++) {
            String name = infos[i] == null ? "" : infos[i].getThreadName();
            boolean ours = name.startsWith("RMI ") || name.startsWith("JMX ") || name.equals("Attach Listener");
            if (bytes[i] > 0 && !name.isEmpty() && !ours) {
                byThread.put(name + "#" + ids[i], bytes[i]);
            }
        }
        return byThread;
    }

    /** Has garbage collected, and with it the direct buffers that were garbage's. */
    void collect() {
        memory.gc();
        memory.gc();
    }

    /** Memory of direct buffers that the JDK counts; Netty may allocate past it. */
    long directBytes() {
        return buffers.stream()
                .filter(pool -> pool.getName().equals("direct"))
                .mapToLong(BufferPoolMXBean::getMemoryUsed)
                .sum();
    }

    /** Count and total time of stop-the-world pauses so far, as the collectors tell. */
    String pauses() {
        long count = 0;
        long ms = 0;
        for (GarbageCollectorMXBean collector : collectors) {
            // Concurrent collectors have one bean for cycles and one for pauses.
            boolean cycles = collector.getName().endsWith("Cycles")
                    || collector.getName().contains("Concurrent");
            if (!cycles) {
                count += collector.getCollectionCount();
                ms += collector.getCollectionTime();
            }
        }
        return "GC pauses " + count + " in " + ms + " ms since the start";
    }

    @Override
    public void close() {
        try {
            connector.close();
        } catch (IOException gone) {
            // The server has ended, which closes it too.
        }
    }
}
