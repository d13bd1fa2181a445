package dev.quipu.runtime.probe;

import dev.quipu.compiler.Compiler;
import dev.quipu.compiler.reference.Array;
import dev.quipu.compiler.schedule.Scheduled;
import dev.quipu.dsl.Graph;
import dev.quipu.dsl.Node;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.op.Input;
import dev.quipu.dsl.op.ReadState;
import dev.quipu.runtime.device.Device;
import dev.quipu.runtime.device.Executable;
import dev.quipu.runtime.device.State;
import dev.quipu.runtime.reference.ArrayBuffers;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** Computes some tensors of a pass on a device: they are the results of its program, so no kernel keeps them to itself. */
final class ProbedProgram {
    private final ProbedPass pass;
    private final Compiler compiler;
    private final List<NamedTensor> wanted;

    ProbedProgram(ProbedPass pass, Compiler compiler, Predicate<String> wanted) {
        this.pass = pass;
        this.compiler = compiler;
        this.wanted = pass.tensors().stream()
                .filter(tensor -> !tensor.isInside() && wanted.test(tensor.name()))
                .toList();
    }

    Probe run(Device device, State state) {
        Map<String, Tensor> results = new LinkedHashMap<>();
        wanted.stream()
                .filter(tensor -> !tensor.isSource())
                .forEach(tensor -> results.put(tensor.name(), tensor.tensor()));
        Map<String, Array> values = results.isEmpty() ? Map.of() : run(device, state, results);
        return new Probe(wanted.stream()
                .map(tensor ->
                        tensor.probed(tensor.isSource() ? source(tensor.tensor(), state) : values.get(tensor.name())))
                .toList());
    }

    private Map<String, Array> run(Device device, State state, Map<String, Tensor> results) {
        Scheduled scheduled = compiler.program(Graph.of(pass.graph().name(), results, List.of()))
                .scheduled();
        Map<String, Array> values = new LinkedHashMap<>();
        try (Executable program = device.load(scheduled, state)) {
            for (Node node : scheduled.graph().nodes()) {
                if (node.op() instanceof Input input) {
                    ArrayBuffers.write(pass.inputs().get(input.name()), program.input(input.name()));
                }
            }
            program.run();
            results.forEach((name, tensor) -> values.put(name, ArrayBuffers.read(tensor.type(), program.result(name))));
        }
        return values;
    }

    private Array source(Tensor tensor, State state) {
        return tensor.node().op() instanceof ReadState read
                ? ArrayBuffers.read(tensor.type(), state.read(read.state()))
                : pass.inputs().get(((Input) tensor.node().op()).name());
    }
}
