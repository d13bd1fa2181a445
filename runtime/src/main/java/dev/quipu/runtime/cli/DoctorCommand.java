package dev.quipu.runtime.cli;

import dev.quipu.runtime.doctor.Finding;
import dev.quipu.runtime.doctor.Findings;
import java.util.List;
import picocli.CommandLine.Command;

@Command(name = "doctor", description = "Says what of this machine Quipu can use, and what to do about the rest.")
final class DoctorCommand extends QuipuCommand {
    @Override
    public Integer call() {
        List<Finding> findings = Findings.all();
        findings.forEach(finding -> out().println(finding));
        return findings.stream().allMatch(Finding::isFine) ? SUCCESS : FAILURE;
    }
}
