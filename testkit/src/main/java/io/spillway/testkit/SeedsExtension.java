package io.spillway.testkit;

import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.Extension;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContextProvider;

/** What makes {@link Seeds} work. */
final class SeedsExtension implements TestTemplateInvocationContextProvider {

    private static final String ONE_SEED = "seed";

    @Override
    public boolean supportsTestTemplate(ExtensionContext context) {
        return context.getRequiredTestMethod().isAnnotationPresent(Seeds.class);
    }

    @Override
    public Stream<TestTemplateInvocationContext> provideTestTemplateInvocationContexts(ExtensionContext context) {
        Long only = Long.getLong(ONE_SEED);
        int count = context.getRequiredTestMethod().getAnnotation(Seeds.class).value();
        LongStream seeds = only == null ? LongStream.rangeClosed(1, count) : LongStream.of(only);
        return seeds.mapToObj(Seeded::new);
    }

    private record Seeded(long seed)
            implements TestTemplateInvocationContext, ParameterResolver, TestExecutionExceptionHandler {

        @Override
        public String getDisplayName(int invocationIndex) {
            return "seed " + seed;
        }

        @Override
        public List<Extension> getAdditionalExtensions() {
            return List.of(this);
        }

        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
            return parameter.getParameter().getType() == long.class;
        }

        @Override
        public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
            return seed;
        }

        @Override
        public void handleTestExecutionException(ExtensionContext context, Throwable failure) throws Throwable {
            System.err.println(context.getRequiredTestClass().getSimpleName() + "."
                    + context.getRequiredTestMethod().getName() + " failed with seed " + seed + "; again: -Dseed="
                    + seed);
            throw failure;
        }
    }
}
