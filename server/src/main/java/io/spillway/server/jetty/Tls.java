package io.spillway.server.jetty;

import io.spillway.server.config.Config;
import io.spillway.server.config.ConfigException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.util.ssl.SslContextFactory;

/** The certificate of the HTTPS port: from PEM files, or made once by the JDK's keytool in the data folder. */
public final class Tls {

    /** The store holds nothing that its file permissions do not protect already; PKCS#12 only wants some password. */
    private static final String STORE_PASSWORD = "spillway";

    /** It takes one or two; a machine that is busy with other things needs more. */
    private static final int KEYTOOL_SECONDS = 60;

    private static final String SELF_SIGNED_FILE = "self-signed.p12";

    private Tls() {}

    /**
     * The TLS context of a configuration whose HTTPS is enabled.
     *
     * @throws ConfigException a file that is missing or holds no certificate or key, with what to do
     */
    public static SslContextFactory.Server context(Config.Https https, Path dataDir) throws ConfigException {
        SslContextFactory.Server context = new SslContextFactory.Server();
        context.setKeyStore(https.selfSigned() ? selfSigned(dataDir) : pem(https.certificate(), https.key()));
        context.setKeyStorePassword(STORE_PASSWORD);
        return context;
    }

    private static KeyStore pem(Path certificate, Path key) throws ConfigException {
        try {
            var chain = CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(bytes("https.certificate", certificate)))
                    .toArray(Certificate[]::new);
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry("spillway", privateKey(key), STORE_PASSWORD.toCharArray(), chain);
            return store;
        } catch (GeneralSecurityException | IOException unusable) {
            throw new ConfigException(
                    "https.certificate is \"" + certificate + "\": not a usable PEM certificate chain for the key in \""
                            + key + "\" (" + unusable.getMessage() + ").");
        }
    }

    private static PrivateKey privateKey(Path file) throws ConfigException {
        String pem = new String(bytes("https.key", file), java.nio.charset.StandardCharsets.US_ASCII);
        String base64 = pem.replaceAll("(?s).*-----BEGIN PRIVATE KEY-----|-----END PRIVATE KEY-----.*", "");
        try {
            PKCS8EncodedKeySpec spec =
                    new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(base64));
            for (String algorithm : List.of("EC", "RSA", "Ed25519")) {
                try {
                    return KeyFactory.getInstance(algorithm).generatePrivate(spec);
                } catch (InvalidKeySpecException otherKind) {
                    // the next algorithm may read it
                }
            }
        } catch (GeneralSecurityException | IllegalArgumentException unreadable) {
            // falls through to the refusal
        }
        throw new ConfigException(
                "https.key is \"" + file
                        + "\": not an unencrypted PKCS#8 private key in PEM (BEGIN PRIVATE KEY); convert it with openssl pkcs8 -topk8 -nocrypt.");
    }

    private static byte[] bytes(String key, Path file) throws ConfigException {
        try {
            return Files.readAllBytes(file);
        } catch (IOException unreadable) {
            throw new ConfigException(key + " is \"" + file + "\": the file cannot be read.");
        }
    }

    private static KeyStore selfSigned(Path dataDir) throws ConfigException {
        Path file = dataDir.resolve(SELF_SIGNED_FILE);
        try {
            if (!Files.exists(file)) {
                generate(file);
            }
            return KeyStore.getInstance(file.toFile(), STORE_PASSWORD.toCharArray());
        } catch (GeneralSecurityException | IOException failed) {
            throw new ConfigException("https.self-signed: no certificate could be made in \"" + file + "\" ("
                    + failed.getMessage() + "); give one by https.certificate and https.key.");
        }
    }

    private static void generate(Path file) throws IOException {
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "spillway",
                        "-keyalg",
                        "EC",
                        "-groupname",
                        "secp256r1",
                        "-dname",
                        "CN=Spillway",
                        "-ext",
                        "SAN=dns:localhost,ip:127.0.0.1",
                        "-validity",
                        "397",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        file.toString(),
                        "-storepass",
                        STORE_PASSWORD)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            if (!keytool.waitFor(KEYTOOL_SECONDS, TimeUnit.SECONDS) || keytool.exitValue() != 0) {
                keytool.destroyForcibly();
                throw new IOException("keytool failed");
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", interrupted);
        }
        if (!file.toFile().setReadable(false, false) || !file.toFile().setReadable(true, true)) {
            throw new IOException("its permissions cannot be narrowed to the owner");
        }
    }
}
