package io.spillway.sfu.transport;

import io.spillway.sfu.DropReason;
import java.net.InetSocketAddress;

/** An ICE check that named a session and was refused. Made for each of them, by whoever sends them: it is turned into text only for who asks. */
public record CheckRefusal(DropReason why, InetSocketAddress from) {}
