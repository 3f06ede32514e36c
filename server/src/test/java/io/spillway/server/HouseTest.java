package io.spillway.server;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The rooms, which way imports may point between them, and which package alone may import each library. */
class HouseTest {

    private static final String ROOT = "io.spillway.";

    /** What each room may import of the others. */
    private static final Map<String, List<String>> ROOMS = Map.of(
            "media", List.of(),
            "sfu", List.of("media"),
            "whipwhep", List.of("sfu", "media"),
            "signaling", List.of("sfu", "media"),
            "hls", List.of("media"),
            "recorder", List.of("media"),
            "turn", List.of(),
            "web", List.of(),
            "server", List.of("media", "sfu", "whipwhep", "signaling", "hls", "recorder", "turn", "web"));

    /** Library packages, and the only packages of ours that may import them. */
    private static final Map<String, List<String>> QUARANTINE = Map.of(
            "io.netty..", List.of("io.spillway.sfu.netty"),
            "org.bouncycastle..", List.of("io.spillway.sfu.dtls.bc"),
            "org.jitsi..", List.of("io.spillway.sfu.srtp.jitsi"),
            "java.lang.foreign..",
                    List.of(
                            "io.spillway.sfu.openssl",
                            "io.spillway.sfu.srtp.openssl",
                            "io.spillway.sfu.dtls.openssl",
                            "io.spillway.sfu.linux"),
            "org.eclipse.jetty..",
                    List.of(
                            "io.spillway.whipwhep.jetty",
                            "io.spillway.signaling.jetty",
                            "io.spillway.web.jetty",
                            "io.spillway.hls.jetty",
                            "io.spillway.recorder.jetty",
                            "io.spillway.server.jetty"),
            "com.fasterxml.jackson..",
                    List.of(
                            "io.spillway.whipwhep.json",
                            "io.spillway.signaling.json",
                            "io.spillway.recorder.json",
                            "io.spillway.server.json"),
            "io.micrometer..", List.of("io.spillway.signaling.metrics"),
            "org.bytedeco..", List.of("io.spillway.hls.libav"),
            "com.sun.jna..", List.of("io.spillway.hls.openh264"),
            "ch.qos.logback..", List.of("io.spillway.server.logback"));

    private static final JavaClasses OURS = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .withImportOption(location -> !location.contains("testkit"))
            .importPackages("io.spillway");

    @TestFactory
    Stream<DynamicTest> shouldPointImportsOnlyDown() {
        return ROOMS.entrySet().stream().map(room -> {
            String[] forbidden = ROOMS.keySet().stream()
                    .filter(other ->
                            !other.equals(room.getKey()) && !room.getValue().contains(other))
                    .map(other -> ROOT + other + "..")
                    .toArray(String[]::new);
            return DynamicTest.dynamicTest(
                    room.getKey() + " sees only " + room.getValue(),
                    () -> check(noClasses()
                            .that()
                            .resideInAPackage(ROOT + room.getKey() + "..")
                            .should()
                            .dependOnClassesThat()
                            .resideInAnyPackage(forbidden)
                            .allowEmptyShould(room.getKey().equals("server"))));
        });
    }

    @TestFactory
    Stream<DynamicTest> shouldImportALibraryOnlyInItsPackage() {
        return QUARANTINE.entrySet().stream()
                .map(library -> DynamicTest.dynamicTest(
                        library.getKey() + " only in " + library.getValue(),
                        () -> check(noClasses()
                                .that()
                                .resideInAPackage("io.spillway..")
                                .and()
                                .resideOutsideOfPackages(library.getValue().toArray(String[]::new))
                                .should()
                                .dependOnClassesThat()
                                .resideInAPackage(library.getKey()))));
    }

    @Test
    void shouldKeepMediaOnTheJdk() {
        check(noClasses()
                .that()
                .resideInAPackage("io.spillway.media..")
                .should()
                .dependOnClassesThat()
                .resideOutsideOfPackages("io.spillway.media..", "java..", "javax.crypto..", "org.jspecify.."));
    }

    @Test
    void shouldKnowSqlInOnePackageOnly() {
        check(noClasses()
                .that()
                .resideInAPackage("io.spillway..")
                .and()
                .resideOutsideOfPackage("io.spillway.recorder.sql")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("java.sql.."));
    }

    @Test
    void shouldReadNoClockOnThePacketPath() {
        check(noClasses()
                .that()
                .resideInAnyPackage(
                        "io.spillway.media..",
                        "io.spillway.sfu.inbound..",
                        "io.spillway.sfu.outbound..",
                        "io.spillway.sfu.congestion..",
                        "io.spillway.sfu.transport..",
                        "io.spillway.sfu.ice..",
                        "io.spillway.sfu.srtp..")
                .should()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(System.class, "currentTimeMillis"));
    }

    @Test
    void shouldHaveNoPackageThatNamesNoNoun() {
        List<String> vague = OURS.stream()
                .map(each -> each.getPackageName())
                .filter(name -> name.matches(".*\\.(util|utils|common|impl|manager|helper|helpers|misc)(\\..*)?"))
                .distinct()
                .toList();
        assertEquals(List.of(), vague);
    }

    @Test
    void shouldHaveNoCyclesBetweenPackages() {
        check(slices().matching("io.spillway.(**)").should().beFreeOfCycles());
    }

    @Test
    void shouldSeeEveryRoom() {
        var seen = OURS.stream()
                .map(each -> each.getPackageName().substring(ROOT.length()).replaceFirst("\\..*", ""))
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(new TreeSet<>(ROOMS.keySet()), seen);
        assertFalse(OURS.isEmpty());
    }

    private static void check(ArchRule rule) {
        rule.check(OURS);
    }
}
