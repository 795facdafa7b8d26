package main

import "github.com/spf13/cobra"

func (c *cli) explain() *cobra.Command   { return &cobra.Command{Use: "explain"} }
func (c *cli) why() *cobra.Command       { return &cobra.Command{Use: "why"} }
func (c *cli) rules() *cobra.Command     { return &cobra.Command{Use: "rules"} }
func (c *cli) programs() *cobra.Command  { return &cobra.Command{Use: "programs"} }
func (c *cli) test() *cobra.Command      { return &cobra.Command{Use: "test"} }
func (c *cli) log() *cobra.Command       { return &cobra.Command{Use: "log"} }
func (c *cli) hook() *cobra.Command      { return &cobra.Command{Use: "hook"} }
func (c *cli) install() *cobra.Command   { return &cobra.Command{Use: "install"} }
func (c *cli) uninstall() *cobra.Command { return &cobra.Command{Use: "uninstall"} }
