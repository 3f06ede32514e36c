package io.spillway.sfu.sdp;

import java.util.List;

/**
 * One m-line and what stands below it, as written. RFC 8866 §5.14.
 *
 * @param index position among the m-lines, from 0
 * @param kind {@code audio}, {@code video}, {@code application} …; a token
 * @param port 0..65535
 * @param protocol such as {@code UDP/TLS/RTP/SAVPF}
 * @param formats tokens, at least one, none twice
 * @param line where the m-line stands, from 1
 */
record MediaDescription(
        int index, String kind, int port, String protocol, List<String> formats, Attributes attributes, int line) {}
