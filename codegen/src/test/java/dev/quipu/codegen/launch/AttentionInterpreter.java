package dev.quipu.codegen.launch;

import dev.quipu.codegen.launch.LaunchInterpreter.Memory;
import dev.quipu.compiler.reference.Array;
import dev.quipu.compiler.reference.Reference;
import dev.quipu.dsl.Dim;
import dev.quipu.dsl.Graph;
import dev.quipu.dsl.Node;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.Type;
import dev.quipu.dsl.op.Attention;
import dev.quipu.dsl.op.AttentionBackward;
import dev.quipu.dsl.op.CachedAttention;
import dev.quipu.dsl.op.Op;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Attention launches by way of the reference interpreter: what is tested is the launch's sizes and buffers. */
public final class AttentionInterpreter {
    private AttentionInterpreter() {}

    public static void run(AttentionLaunch launch, List<Memory> buffers) {
        Type query = type(launch, launch.queries(), launch.heads());
        Type key = type(launch, launch.keys(), launch.keyHeads());
        Type statistic = Type.f32(
                Dim.batch(launch.batch()), new Dim("head", launch.heads()), new Dim("place", launch.queries()));
        Type positions = Type.i32(Dim.batch(launch.batch()));
        Op op = switch (launch.kind()) {
            case FORWARD -> new Attention(launch.window(), launch.scale());
            case BACKWARD -> new AttentionBackward(launch.window(), launch.scale());
            case CACHED -> new CachedAttention(launch.window(), launch.scale());
        };
        List<Type> types = new ArrayList<>(
                switch (launch.kind()) {
                    case FORWARD -> List.of(query, key, key);
                    case BACKWARD -> List.of(query, key, key, query, statistic, query);
                    case CACHED -> List.of(query, key, key, positions);
                });
        if (launch.starts()) {
            types.add(Type.i32(Dim.batch(launch.batch()), new Dim("place", launch.queries())));
        }
        Map<String, Array> values = new HashMap<>();
        Tensor[] inputs = new Tensor[types.size()];
        for (int i = 0; i < inputs.length; i++) {
            String name = "input" + i;
            inputs[i] = Tensor.input(name, types.get(i));
            int size = Math.toIntExact(types.get(i).shape().elements());
            values.put(name, Array.of(types.get(i), Arrays.copyOf(buffers.get(i).copy(), size)));
        }
        Node node = Tensor.apply(op, inputs);
        Map<String, Tensor> results = new LinkedHashMap<>();
        for (int i = inputs.length; i < buffers.size(); i++) {
            results.put(Integer.toString(i), node.output(i - inputs.length));
        }
        new Reference(new HashMap<>())
                .run(Graph.of("attention", results, List.of()), values)
                .forEach((buffer, array) -> {
                    for (int i = 0; i < array.size(); i++) {
                        buffers.get(Integer.parseInt(buffer)).set(i, array.get(i));
                    }
                });
    }

    private static Type type(AttentionLaunch launch, int rows, int heads) {
        return Type.f32(
                Dim.batch(launch.batch()),
                new Dim("place", rows),
                new Dim("head", heads),
                new Dim("size", launch.headSize()));
    }
}
