package io.spillway.hls.jetty;

import io.spillway.hls.HlsBridge;
import io.spillway.hls.HlsReply;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpGenerator;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.AbstractConnectionFactory;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Server;

/** Makes connections of which {@link CrowdConnection} answers what it can, as {@link HlsHandler} would, and another factory's the rest. */
public final class CrowdConnectionFactory extends AbstractConnectionFactory {

    /** For {@code Date}, {@code ETag} and {@code Content-Length}, but for the tag itself. */
    private static final int MOST_OTHER_BYTES = 128;

    /** A head but for {@code Date}, which stands between the two, and for tag and length at its end: all as Jetty orders them. */
    @SuppressWarnings("ArrayRecordComponent") // bytes that nobody changes
    private record Head(byte[] line, byte[] fields) {}

    /** What a head says beside what differs from one answer to the next. */
    private record Kind(int status, String contentType, String cacheControl, boolean compressible, boolean packed) {}

    private final HlsHandler handler;
    private final HlsBridge bridge;
    private final PlayRule rule;
    private final HlsHandler.Served served;
    private final ConnectionFactory others;

    private final AnswerFiles files = new AnswerFiles();

    /** Of which there are few. */
    private final Map<Kind, Head> heads = new ConcurrentHashMap<>();

    CrowdConnectionFactory(
            HlsHandler handler, HlsBridge bridge, PlayRule rule, HlsHandler.Served served, ConnectionFactory others) {
        super("crowd");
        this.handler = handler;
        this.bridge = bridge;
        this.rule = rule;
        this.served = served;
        this.others = others;
    }

    @Override
    public Connection newConnection(Connector connector, EndPoint endPoint) {
        return configure(new CrowdConnection(this, connector, endPoint), connector, endPoint);
    }

    Connection another(Connector connector, EndPoint endPoint) {
        return others.newConnection(connector, endPoint);
    }

    AnswerFiles files() {
        return files;
    }

    @Override
    protected void doStop() throws Exception {
        super.doStop();
        files.close();
    }

    boolean isOpen(String stream) {
        return rule.isOpen(stream);
    }

    void ask(PlainGet get, Consumer<HlsReply> out) {
        if (get.dash()) {
            bridge.requestDash(get.stream(), get.file(), get.query(), out);
        } else {
            bridge.request(get.stream(), get.file(), get.query(), out);
        }
    }

    void onAnswer(HlsReply reply, long tookNs) {
        served.onAnswer(HttpMethod.GET.asString(), reply.status(), tookNs);
    }

    /** A whole answer as HTTP/1.1 has it. */
    Answer encode(Server server, HlsReply reply, boolean gzip) {
        byte[] compressed = reply.gzip();
        boolean packed = gzip && compressed != null;
        List<byte[]> body = packed ? List.of(compressed) : reply.body();
        Head fixed = heads.computeIfAbsent(
                new Kind(reply.status(), reply.contentType(), reply.cacheControl(), compressed != null, packed),
                _ -> head(reply, packed));
        String etag = HlsHandler.etag(reply, packed);
        ByteBuffer head =
                ByteBuffer.allocate(fixed.line.length + fixed.fields.length + MOST_OTHER_BYTES + etag.length());
        head.put(fixed.line);
        HttpGenerator.putTo(server.getDateField(), head);
        head.put(fixed.fields);
        if (!etag.isEmpty()) {
            HttpGenerator.putTo(new HttpField(HttpHeader.ETAG, etag), head);
        }
        int length = 0;
        for (byte[] piece : body) {
            length += piece.length;
        }
        HttpGenerator.putTo(new HttpField.LongValueHttpField(HttpHeader.CONTENT_LENGTH, length), head);
        return new Answer(head.put((byte) '\r').put((byte) '\n').flip(), body);
    }

    private Head head(HlsReply reply, boolean packed) {
        HttpFields.Mutable said = HttpFields.build();
        handler.describe(reply, packed, true, said);
        StringBuilder fields = new StringBuilder();
        said.forEach(field -> fields.append(field.getName())
                .append(": ")
                .append(field.getValue())
                .append("\r\n"));
        return new Head(
                ascii("HTTP/1.1 " + reply.status() + " " + HttpStatus.getMessage(reply.status()) + "\r\n"),
                ascii(fields.toString()));
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
