package org.fullrank.method;

import org.fullrank.engine.Named;
import org.fullrank.net.ProjectorSpec;
import org.fullrank.objective.ObjectiveSpec;
import org.fullrank.objective.Vicreg;

/// How views meet an objective.
public sealed interface MethodSpec {
    /// One network for all views, an objective on the embeddings of its projector: VICReg, SimCLR and their kin.
    @Named("joint-embedding")
    record Joint(ProjectorSpec projector, ObjectiveSpec objective) implements MethodSpec {
        public static Joint defaults() {
            return new Joint(ProjectorSpec.defaults(), Vicreg.defaults());
        }
    }
}
