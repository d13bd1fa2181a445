package dev.quipu.runtime.jvm;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;

/** Whether the JIT was told to bring large kernels to its optimizing compiler; {@code config/jvm.args} says why that matters. */
final class JitFlags {
    private static final int LEAST_DELAY = 100;

    private JitFlags() {}

    /** The flag that is missing, or an empty text. */
    static String missing() {
        HotSpotDiagnosticMXBean bean = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
        if (bean == null) {
            return "";
        }
        boolean tiered =
                Boolean.parseBoolean(bean.getVMOption("TieredCompilation").getValue());
        int delay = Integer.parseInt(bean.getVMOption("Tier3DelayOn").getValue());
        return tiered && delay < LEAST_DELAY ? "-XX:Tier3DelayOn=1000" : "";
    }
}
