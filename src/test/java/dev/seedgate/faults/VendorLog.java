package dev.seedgate.faults;

import dev.seedgate.testing.FakeVendor;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import tools.jackson.databind.json.JsonMapper;

/** How often the vendor was sent which prompt. */
final class VendorLog {

    private static final JsonMapper JSON = JsonMapper.shared();

    private VendorLog() {}

    static long times(FakeVendor vendor, String prompt) {
        return byPrompt(vendor).getOrDefault(prompt, 0L);
    }

    static Map<String, Long> byPrompt(FakeVendor vendor) {
        return vendor.generates().stream()
                .map(VendorLog::prompt)
                .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
    }

    static String prompt(FakeVendor.Request request) {
        return JSON.readTree(request.body()).path("prompt").asString("");
    }

    /** Every clip that was accepted is ready. */
    static void finishAll(FakeVendor vendor) {
        vendor.acceptedIds().forEach(id -> vendor.finish(id, "https://cdn.example.com/" + id));
    }
}
