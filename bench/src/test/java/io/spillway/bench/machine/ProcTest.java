package io.spillway.bench.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Set;
import org.junit.jupiter.api.Test;

class ProcTest {

    @Test
    void shouldFindReceiveErrorsByName() {
        String snmp = """
                Ip: Forwarding DefaultTTL
                Ip: 1 64
                Udp: InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors SndbufErrors
                Udp: 100 1 7 90 6 0
                UdpLite: InDatagrams RcvbufErrors
                UdpLite: 0 0
                """;
        assertEquals(6, ReceiveErrors.read(snmp));
        assertThrows(IllegalStateException.class, () -> ReceiveErrors.read("Ip: A\nIp: 1\n"));
    }

    @Test
    void shouldAddUpTheDropsOfItsOwnSockets() {
        String udp = """
                   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
                  511: 00000000:1F90 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 1 2 0 7
                  512: 0100007F:1F91 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 1 2 0 40
                  513: 00000000:1F92 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 1 2 0 5
                """;
        assertEquals(12, SocketDrops.read(udp, Set.of(8080, 8082)));
        assertEquals(0, SocketDrops.read(udp, Set.of()));
    }

    @Test
    void shouldReadResidentMemoryInBytes() {
        String status = """
                Name:\tjava
                VmRSS:\t    2000 kB
                RssAnon:\t     700 kB
                RssFile:\t     300 kB
                RssShmem:\t    1000 kB
                """;
        assertEquals(new MemoryUse(2_048_000, 716_800, 1_024_000), MemoryUse.read(status));
    }

    @Test
    void shouldReadWhatTheHostTookOfACpu() {
        String stat = """
                cpu  10 0 10 100 0 0 0 9 0 0
                cpu1 5 0 5 50 0 0 0 7 0 0
                cpu11 5 0 5 50 0 0 0 2 0 0
                intr 1 2 3
                """;
        assertEquals(7, StolenTime.ticks(stat, 1));
        assertEquals(2, StolenTime.ticks(stat, 11));
        assertEquals(0, StolenTime.ticks(stat, 2));
        assertEquals(0, StolenTime.ticks("cpu0 1 2 3 4", 0), "a kernel that does not tell");
        assertEquals(0.25, StolenTime.share(50, 2), 1e-9);
    }

    @Test
    void shouldTellThreadsByName() {
        assertEquals(ThreadKind.LOOP, ThreadKind.of("media-1-1"));
        assertEquals(ThreadKind.GC, ThreadKind.of("ZWorkerYoung#0"));
        assertEquals(ThreadKind.GC, ThreadKind.of("GC Thread#0"));
        assertEquals(ThreadKind.JIT, ThreadKind.of("C2 CompilerThre"));
        assertEquals(ThreadKind.RECORD, ThreadKind.of("record-bench-9"));
        assertEquals(ThreadKind.OTHER, ThreadKind.of("qtp1-22"));
    }

    @Test
    void shouldReadTimeOnACpu() {
        assertEquals(6_974_021, CpuTimes.runNs("6974021 10378916 3\n"));
    }

    @Test
    void shouldCountTheCpuOfThisVeryProcess() {
        long pid = ProcessHandle.current().pid();
        CpuTimes before = CpuTimes.of(pid);
        assertTrue(CpuTimes.of(pid).since(before).totalNs() > 0);
        assertTrue(MemoryUse.of(pid).residentBytes() > 0);
        assertTrue(ReceiveErrors.now() >= 0);
    }
}
