"""Who answers: HiGHS through arrays, any solver Pyomo reaches, HiGHS through CVXPY."""
