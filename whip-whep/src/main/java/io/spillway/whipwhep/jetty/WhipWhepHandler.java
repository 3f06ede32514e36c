package io.spillway.whipwhep.jetty;

import io.spillway.whipwhep.Address;
import io.spillway.whipwhep.Call;
import io.spillway.whipwhep.Cors;
import io.spillway.whipwhep.Field;
import io.spillway.whipwhep.Reply;
import io.spillway.whipwhep.WhipWhep;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * WHIP and WHEP as a Jetty handler; leaves every other path to the next one.
 *
 * <p>Never blocks the thread it is called on: bodies are read as they come, admission and SFU run on a virtual thread a request.
 */
public final class WhipWhepHandler extends Handler.Abstract {

    /** Times 64 KiB of body, it bounds what strangers can make us hold; two thousand joins at one moment still pass. */
    static final int MAX_IN_THE_MAKING = 2048;

    private final WhipWhep resources;
    private final Semaphore places = new Semaphore(MAX_IN_THE_MAKING);
    private final ThreadFactory workers =
            Thread.ofVirtual().name("whip-whep-", 0).factory();

    public WhipWhepHandler(WhipWhep resources) {
        super(InvocationType.NON_BLOCKING);
        this.resources = resources;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        Optional<Address> address = Address.parse(Request.getPathInContext(request));
        if (address.isEmpty()) {
            return false;
        }
        Call call = Calls.of(request, address.get());
        Optional<Reply> reply = resources.atOnce(call);
        if (reply.isPresent()) {
            write(response, callback, reply.get());
        } else if (!places.tryAcquire()) {
            write(response, callback, resources.busy(call));
        } else {
            serve(call, request, response, Callback.from(callback, (Runnable) places::release));
        }
        return true;
    }

    private void serve(Call call, Request request, Response response, Callback callback) {
        if (!call.carriesOffer()) {
            onWorker(callback, () -> write(response, callback, resources.answer(call, new byte[0])));
            return;
        }
        BodyReader.read(request, resources.policy().bodyTimeoutMs(), new BodyReader.Outcome() {
            @Override
            public void whole(byte[] body) {
                onWorker(callback, () -> write(response, callback, resources.answer(call, body)));
            }

            @Override
            public void tooLarge() {
                writeAndClose(response, callback, resources.bodyTooLarge(call));
            }

            @Override
            public void tooSlow() {
                writeAndClose(response, callback, resources.bodyTooSlow(call));
            }

            @Override
            public void broken() {
                writeAndClose(response, callback, resources.bodyBroken(call));
            }
        });
    }

    /** What remains of a body is not waited for. */
    private void writeAndClose(Response response, Callback callback, Reply reply) {
        response.getHeaders().put(HttpHeader.CONNECTION, "close");
        write(response, callback, reply);
    }

    private void write(Response response, Callback callback, Reply reply) {
        HttpFields.Mutable headers = response.getHeaders();
        response.setStatus(reply.status());
        for (Field field : Cors.ALWAYS) {
            headers.put(field.name(), field.value());
        }
        for (Field field : reply.fields()) {
            headers.add(field.name(), field.value());
        }
        byte[] body = reply.bytes();
        if (reply.status() != 204) {
            headers.put(HttpHeader.CONTENT_LENGTH, body.length);
        }
        response.write(true, ByteBuffer.wrap(body), new Delivery(reply, callback));
    }

    private void onWorker(Callback callback, Runnable task) {
        workers.newThread(() -> {
                    try {
                        task.run();
                    } catch (RuntimeException | Error e) {
                        // The request must end, and give its place back, whatever broke.
                        callback.failed(e);
                    }
                })
                .start();
    }

    /** Ends the session that the reply told of when nobody heard it. */
    private final class Delivery extends Callback.Nested {

        private final Reply reply;

        Delivery(Reply reply, Callback callback) {
            super(callback);
            this.reply = reply;
        }

        @Override
        public void failed(Throwable cause) {
            Address.Session created = reply.created();
            if (created != null) {
                workers.newThread(() -> resources.undelivered(created)).start();
            }
            super.failed(cause);
        }

        @Override
        public InvocationType getInvocationType() {
            return InvocationType.NON_BLOCKING;
        }
    }
}
