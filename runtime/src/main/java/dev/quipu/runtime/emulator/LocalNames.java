package dev.quipu.runtime.emulator;

import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeModel;
import java.lang.classfile.Instruction;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.lang.classfile.attribute.MethodParameterInfo;
import java.lang.classfile.instruction.LabelTarget;
import java.lang.classfile.instruction.LocalVariable;
import java.lang.classfile.instruction.StoreInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Names of a method's variables, from what javac writes for debuggers. */
final class LocalNames {
    /** A variable lives in a slot from a place of the code on. */
    private record Beginning(int slot, Label place) {}

    private final Map<Beginning, String> names = new HashMap<>();
    private final Map<Integer, String> first = new HashMap<>();
    private final List<CodeElement> elements;

    private LocalNames(List<CodeElement> elements) {
        this.elements = elements;
    }

    static LocalNames of(CodeModel code) {
        LocalNames names = new LocalNames(code.elementList());
        Set<Label> entry = names.elements.stream()
                .takeWhile(element -> !(element instanceof Instruction))
                .filter(LabelTarget.class::isInstance)
                .map(element -> ((LabelTarget) element).label())
                .collect(Collectors.toSet());
        for (CodeElement element : names.elements) {
            if (element instanceof LocalVariable variable) {
                String name = variable.name().stringValue();
                names.names.put(new Beginning(variable.slot(), variable.startScope()), name);
                if (entry.contains(variable.startScope())) {
                    names.first.put(variable.slot(), name);
                }
            }
        }
        return names;
    }

    /** Names for a static method's parameters. */
    List<MethodParameterInfo> parameters(MethodTypeDesc type) {
        List<MethodParameterInfo> parameters = new ArrayList<>();
        int slot = 0;
        for (ClassDesc parameter : type.parameterList()) {
            parameters.add(MethodParameterInfo.ofParameter(Optional.ofNullable(first.get(slot)), 0));
            slot += TypeKind.from(parameter).slotSize();
        }
        return parameters;
    }

    /**
     * The variable that takes the value which an instruction leaves.
     *
     * @param position of the instruction among the code's elements
     */
    String takerOf(int position) {
        for (int i = position + 1; i < Math.min(elements.size(), position + 4); i++) {
            if (elements.get(i) instanceof StoreInstruction store) {
                for (int j = i + 1; j < elements.size() && elements.get(j) instanceof LabelTarget target; j++) {
                    String name = names.get(new Beginning(store.slot(), target.label()));
                    if (name != null) {
                        return name;
                    }
                }
            }
        }
        return "an array";
    }
}
