${banner}
# Every output is a register or a short function of registers; half the period is left to the other
# side of each port.
create_clock -name clk -period ${period} [get_ports clk_i]
set inputs [get_ports {
${inputs}
}]
set_input_delay ${half_period} -clock clk $inputs
set_output_delay ${half_period} -clock clk [all_outputs]
set_false_path -from [get_ports rst_ni]
