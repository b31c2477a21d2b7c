"""A workspace, a number of customers and a seed go in; logs of what its playbooks would have done come out, with faults where wanted."""
