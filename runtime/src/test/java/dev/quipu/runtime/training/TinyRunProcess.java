package dev.quipu.runtime.training;

import java.nio.file.Path;

/** Goes on with a {@link TinyRun}, for {@link TornadoTrainingTest}: arguments root, name, device and the step after which it stops. */
final class TinyRunProcess {
    private TinyRunProcess() {}

    public static void main(String... arguments) {
        goOn(new TinyRun(Path.of(arguments[0])), arguments[1], arguments[2], Long.parseLong(arguments[3]));
    }

    static void goOn(TinyRun tiny, String name, String device, long last) {
        try (TrainingText text = tiny.text();
                Trainer trainer =
                        Trainer.resume(text, TinyRun.options().device(device).build(), tiny.folder(name))) {
            trainer.run(new TinyRun.StopAfter(last, trainer));
        }
    }
}
