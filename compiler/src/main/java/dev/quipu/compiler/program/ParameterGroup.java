package dev.quipu.compiler.program;

import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.catalog.Glob;
import java.util.OptionalDouble;

/**
 * Parameters that the optimizer treats in a way of their own.
 *
 * @param names which they are
 * @param learningRate factor on the step's learning rate
 * @param weightDecay in the place of the optimizer's, whatever the parameter's shape; empty for the optimizer's
 */
public record ParameterGroup(Glob names, double learningRate, OptionalDouble weightDecay) {
    private static final String RATE = "lr";
    private static final String DECAY = "decay";

    public ParameterGroup {
        if (!(learningRate > 0 && Double.isFinite(learningRate))) {
            throw refusal(names, "a factor lr above 0", Double.toString(learningRate), "frozen parameters do not move");
        }
        weightDecay.ifPresent(decay -> {
            if (!(decay >= 0 && Double.isFinite(decay))) {
                throw refusal(names, "a decay of 0 or more", Double.toString(decay), "");
            }
        });
    }

    /**
     * Reads {@code NAMES:lr=FACTOR,decay=DECAY}, of which one setting will do, such as {@code *.norm.weight:decay=0,lr=0.5}.
     *
     * @throws QuipuException that says what is wrong with it
     */
    public static ParameterGroup parse(String text) {
        int colon = text.lastIndexOf(':');
        if (colon < 0) {
            throw QuipuException.of("NAMES:lr=FACTOR,decay=DECAY", text, "parameter group", "");
        }
        Glob names = new Glob(text.substring(0, colon));
        OptionalDouble rate = OptionalDouble.empty();
        OptionalDouble decay = OptionalDouble.empty();
        for (String setting : text.substring(colon + 1).split(",", -1)) {
            String[] parts = setting.split("=", 2);
            String name = parts[0].strip();
            if (name.equals(RATE) && parts.length == 2 && rate.isEmpty()) {
                rate = OptionalDouble.of(number(names, parts[1]));
            } else if (name.equals(DECAY) && parts.length == 2 && decay.isEmpty()) {
                decay = OptionalDouble.of(number(names, parts[1]));
            } else {
                throw refusal(names, "lr=FACTOR and decay=DECAY, at most once each", setting, "");
            }
        }
        return new ParameterGroup(names, rate.orElse(1), decay);
    }

    private static double number(Glob names, String text) {
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw new QuipuException("parameter group " + names + ": expected a number, found '" + text + "'", e);
        }
    }

    private static QuipuException refusal(Glob names, String expected, String found, String remedy) {
        return QuipuException.of(expected, "'" + found + "'", "parameter group " + names, remedy);
    }

    /** As {@link #parse} reads it. */
    @Override
    public String toString() {
        return names + ":" + RATE + "=" + learningRate
                + (weightDecay.isPresent() ? "," + DECAY + "=" + weightDecay.getAsDouble() : "");
    }
}
