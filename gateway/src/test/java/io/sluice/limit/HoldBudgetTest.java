package io.sluice.limit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class HoldBudgetTest {
    private final HoldBudget budget = new HoldBudget(800);

    @Test
    void keepsTheLastEighthForSessionsWithAConnect() {
        budget.add(700);
        boolean atTheEdge = budget.reserved();
        budget.add(1);

        assertThat(atTheEdge).isFalse();
        assertThat(budget.reserved()).isTrue();
        assertThat(budget.exhausted()).isFalse();
    }

    @Test
    void isExhaustedBeyondItsMost() {
        budget.add(800);
        boolean full = budget.exhausted();
        budget.add(1);

        assertThat(full).isFalse();
        assertThat(budget.exhausted()).isTrue();
        budget.add(-401);
        assertThat(budget.exhausted()).isFalse();
        assertThat(budget.held()).isEqualTo(400);
        assertThat(budget.used()).isEqualTo(0.5);
    }
}
