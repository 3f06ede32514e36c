package io.spillway.whipwhep.jetty;

import io.spillway.whipwhep.Address;
import io.spillway.whipwhep.Call;
import io.spillway.whipwhep.Cors;
import io.spillway.whipwhep.Field;
import io.spillway.whipwhep.Reply;
import io.spillway.whipwhep.WhipWhep;
import io.spillway.whipwhep.events.EventStream;
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
import org.jspecify.annotations.Nullable;

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

    /** How late an event may be; the look costs the media loops a command each. */
    private static final long LOOK_EACH_MS = 500;

    private @Nullable Thread looking;

    public WhipWhepHandler(WhipWhep resources) {
        super(InvocationType.NON_BLOCKING);
        this.resources = resources;
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        looking = workers.newThread(this::look);
        looking.start();
    }

    @Override
    protected void doStop() throws Exception {
        Thread thread = looking;
        if (thread != null) {
            thread.interrupt();
        }
        resources.events().close();
        super.doStop();
    }

    /** Until interrupted. */
    private void look() {
        while (!Thread.currentThread().isInterrupted()) {
            resources.lookAround();
            try {
                Thread.sleep(LOOK_EACH_MS);
            } catch (InterruptedException stopped) {
                return;
            }
        }
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        Optional<Address> address = Address.parse(Request.getPathInContext(request));
        if (address.isEmpty()) {
            return false;
        }
        Call call = Calls.of(request, address.get());
        Exchange exchange = new Exchange(call, request, response, callback);
        Optional<Reply> reply = resources.atOnce(call);
        if (reply.isPresent()) {
            exchange.replyUnread(reply.get());
        } else if (!places.tryAcquire()) {
            exchange.replyUnread(resources.busy(call));
        } else {
            new Exchange(call, request, response, Callback.from(callback, (Runnable) places::release)).serve();
        }
        return true;
    }

    /** One request on its way to its reply. */
    private final class Exchange implements BodyReader.Outcome {

        private final Call call;
        private final Request request;
        private final Response response;
        private final Callback callback;

        Exchange(Call call, Request request, Response response, Callback callback) {
            this.call = call;
            this.request = request;
            this.response = response;
            this.callback = callback;
        }

        void serve() {
            if (call.carriesBody()) {
                BodyReader.read(request, resources.policy().bodyTimeoutMs(), this);
            } else {
                onWorker(callback, () -> replyUnread(resources.answer(call, new byte[0])));
            }
        }

        @Override
        public void whole(byte[] body) {
            onWorker(callback, () -> write(resources.answer(call, body), callback));
        }

        @Override
        public void tooLarge() {
            replyAndClose(resources.bodyTooLarge(call), skipping());
        }

        @Override
        public void tooSlow() {
            replyAndClose(resources.bodyTooSlow(call), callback);
        }

        @Override
        public void broken(Throwable failure) {
            String why = failure.getMessage();
            replyAndClose(
                    resources.bodyBroken(call, why == null ? failure.getClass().getSimpleName() : why), callback);
        }

        /** Replies to a request whose body, if it has one, was not looked at. */
        void replyUnread(Reply reply) {
            if (request.getHeaders().contains(HttpHeader.EXPECT)) {
                // Who waits for "100 Continue" and hears this instead may send its body or not: the connection is of no
                // more use.
                replyAndClose(reply, callback);
            } else {
                write(reply, skipping());
            }
        }

        private Callback skipping() {
            return Callback.from(
                    InvocationType.NON_BLOCKING, () -> BodyReader.skip(request, callback::succeeded), callback::failed);
        }

        private void replyAndClose(Reply reply, Callback then) {
            response.getHeaders().put(HttpHeader.CONNECTION, "close");
            write(reply, then);
        }

        private void write(Reply reply, Callback then) {
            HttpFields.Mutable headers = response.getHeaders();
            response.setStatus(reply.status());
            for (Field field : Cors.ALWAYS) {
                headers.put(field.name(), field.value());
            }
            for (Field field : reply.fields()) {
                headers.add(field.name(), field.value());
            }
            EventStream follows = reply.follows();
            if (follows != null) {
                follows.attach(new EventWriter(follows, response, then));
                return;
            }
            byte[] body = reply.bytes();
            if (reply.status() != 204) {
                headers.put(HttpHeader.CONTENT_LENGTH, body.length);
            }
            response.write(true, ByteBuffer.wrap(body), new Delivery(reply, then));
        }
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
