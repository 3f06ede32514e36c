package io.spillway.sfu.srtp.jitsi;

import io.spillway.sfu.srtp.SrtpKeys;
import io.spillway.sfu.srtp.SrtpProfile;
import io.spillway.sfu.srtp.SrtpProvider;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.HashMap;
import java.util.Map;
import java.util.logging.Level;
import org.jitsi.srtp.SrtcpCryptoContext;
import org.jitsi.srtp.SrtpContextFactory;
import org.jitsi.srtp.SrtpCryptoContext;
import org.jitsi.srtp.SrtpErrorStatus;
import org.jitsi.srtp.SrtpPolicy;
import org.jitsi.srtp.crypto.Aes;
import org.jitsi.utils.logging2.Logger;
import org.jitsi.utils.logging2.LoggerImpl;

/**
 * jitsi-srtp on the JDK's own ciphers. Its replay windows, 64 packets wide, are off where it lets them be; its rollover counters follow the same packets as the caller's and so agree with them.
 */
public final class JitsiSrtp implements SrtpProvider {

    private static final int RTCP_INDEX_BYTES = 4;
    private static final int HMAC_KEY_BYTES = 20;

    /** Held, since the JDK forgets the level of a logger that nobody holds. */
    private static final java.util.logging.Logger LIBRARY_LOG = java.util.logging.Logger.getLogger("org.jitsi");

    static {
        LIBRARY_LOG.setLevel(Level.WARNING);
        // Otherwise a benchmark at start picks one, sometimes another, and loads native code to do so.
        Aes.setFactoryClassName("org.jitsi.srtp.crypto.Aes$SunJCECipherFactory");
    }

    @Override
    public String name() {
        return "jitsi-srtp";
    }

    @Override
    public Sealer sealer(SrtpKeys keys) {
        return new JitsiSealer(factory(true, keys));
    }

    @Override
    public Opener opener(SrtpKeys keys) {
        return new JitsiOpener(factory(false, keys));
    }

    private static SrtpContextFactory factory(boolean sender, SrtpKeys keys) {
        // One for all would remember each of their children for ever.
        Logger logger = new LoggerImpl(JitsiSrtp.class.getName(), Level.SEVERE);
        return new SrtpContextFactory(
                sender, keys.key(), keys.salt(), policy(keys.profile()), policy(keys.profile()), logger);
    }

    private static SrtpPolicy policy(SrtpProfile profile) {
        SrtpPolicy policy = switch (profile) {
            case AEAD_AES_128_GCM ->
                new SrtpPolicy(
                        SrtpPolicy.AESGCM_ENCRYPTION,
                        SrtpProfile.KEY_BYTES,
                        SrtpPolicy.NULL_AUTHENTICATION,
                        0,
                        profile.rtpTagBytes(),
                        profile.saltBytes());
            case AES128_CM_SHA1_80 ->
                new SrtpPolicy(
                        SrtpPolicy.AESCM_ENCRYPTION,
                        SrtpProfile.KEY_BYTES,
                        SrtpPolicy.HMACSHA1_AUTHENTICATION,
                        HMAC_KEY_BYTES,
                        profile.rtpTagBytes(),
                        profile.saltBytes());
        };
        policy.setReceiveReplayEnabled(false);
        policy.setSendReplayEnabled(false);
        return policy;
    }

    private static final class JitsiSealer implements Sealer {

        private final SrtpContextFactory factory;
        private final Map<Integer, SrtpCryptoContext> rtp = new HashMap<>();
        private final Map<Integer, SrtcpCryptoContext> rtcp = new HashMap<>();
        private final PacketBytes packet = new PacketBytes();

        JitsiSealer(SrtpContextFactory factory) {
            this.factory = factory;
        }

        @Override
        public int sealRtp(
                int ssrc,
                long index,
                ByteBuffer head,
                int headLength,
                int rtpHeaderLength,
                ByteBuffer payload,
                int payloadOffset,
                int payloadLength,
                ByteBuffer out,
                int outOffset) {
            packet.clear();
            packet.append(head, 0, headLength);
            packet.append(payload, payloadOffset, payloadLength);
            try {
                SrtpCryptoContext context = rtp.get(ssrc);
                if (context == null) {
                    context = factory.deriveContext(ssrc, (int) (index >>> 16));
                    rtp.put(ssrc, context);
                }
                return finish(context.transformPacket(packet), out, outOffset);
            } catch (GeneralSecurityException failure) {
                throw new IllegalStateException("SRTP encryption failed", failure);
            }
        }

        @Override
        public int sealRtcp(
                int ssrc, int index, ByteBuffer plain, int offset, int length, ByteBuffer out, int outOffset) {
            packet.clear();
            packet.append(plain, offset, length);
            try {
                SrtcpCryptoContext context = rtcp.get(ssrc);
                if (context == null) {
                    context = factory.deriveControlContext(ssrc);
                    rtcp.put(ssrc, context);
                }
                return finish(context.transformPacket(packet), out, outOffset);
            } catch (GeneralSecurityException failure) {
                throw new IllegalStateException("SRTCP encryption failed", failure);
            }
        }

        private int finish(SrtpErrorStatus status, ByteBuffer out, int outOffset) {
            if (status != SrtpErrorStatus.OK) {
                throw new IllegalStateException("SRTP encryption failed: " + status);
            }
            return packet.copyTo(out, outOffset);
        }

        @Override
        public void close() {
            factory.close();
        }
    }

    private static final class JitsiOpener implements Opener {

        private final SrtpContextFactory factory;
        private final Map<Integer, SrtpCryptoContext> rtp = new HashMap<>();
        private final Map<Integer, SrtcpCryptoContext> rtcp = new HashMap<>();
        private final PacketBytes packet = new PacketBytes();

        JitsiOpener(SrtpContextFactory factory) {
            this.factory = factory;
        }

        @Override
        public int openRtp(
                int ssrc, long index, ByteBuffer in, int offset, int headerLength, int length, ByteBuffer out) {
            if (length > PacketBytes.MAX_BYTES) {
                return FORGED;
            }
            packet.clear();
            packet.append(in, offset, length);
            try {
                SrtpCryptoContext known = rtp.get(ssrc);
                SrtpCryptoContext context = known == null ? factory.deriveContext(ssrc, (int) (index >>> 16)) : known;
                if (context.reverseTransformPacket(packet, false) != SrtpErrorStatus.OK) {
                    return FORGED;
                }
                if (known == null) {
                    // Kept only now: a forged SSRC leaves nothing behind.
                    rtp.put(ssrc, context);
                }
                return packet.copyTo(out, 0);
            } catch (GeneralSecurityException failure) {
                return FORGED;
            }
        }

        @Override
        public int openRtcp(int ssrc, int indexWord, ByteBuffer in, int offset, int length, ByteBuffer out) {
            if (length > PacketBytes.MAX_BYTES || length < RTCP_INDEX_BYTES) {
                return FORGED;
            }
            packet.clear();
            packet.append(in, offset, length);
            try {
                SrtcpCryptoContext known = rtcp.get(ssrc);
                SrtcpCryptoContext context = known == null ? factory.deriveControlContext(ssrc) : known;
                if (context.reverseTransformPacket(packet) != SrtpErrorStatus.OK) {
                    return FORGED;
                }
                if (known == null) {
                    rtcp.put(ssrc, context);
                }
                return packet.copyTo(out, 0);
            } catch (GeneralSecurityException failure) {
                return FORGED;
            }
        }

        @Override
        public void close() {
            factory.close();
        }
    }
}
